"""The states of an import, divided by whether the import can still write accounts."""

from __future__ import annotations

#: A job or a person can still turn the stored file or the staged rows into accounts.
OPEN = frozenset({"uploaded", "checking", "mapping", "checked", "applying", "failed"})
#: The import writes no accounts any more.
OVER = frozenset({"applied", "refused", "undone", "discarded"})
#: A person may discard the import; while it is being applied, it is too late.
DISCARDABLE = OPEN - {"applying"}
