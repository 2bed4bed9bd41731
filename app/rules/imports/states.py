"""The states of an import, in two groups: whether it may still write."""

from __future__ import annotations

#: A job or a click can still turn the kept file or the staged rows into accounts.
OPEN = frozenset({"uploaded", "checking", "mapping", "checked", "applying", "failed"})
#: Nothing writes what it holds any more.
OVER = frozenset({"applied", "refused", "undone", "discarded"})
#: A person may give it up; while it is being applied it is too late for that.
DISCARDABLE = OPEN - {"applying"}
