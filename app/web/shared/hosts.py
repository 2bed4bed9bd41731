"""Views for the two kinds of host: the alliance's own, and a school's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort

from app.web.shared.context import request_school

View = Callable[..., Any]

#: Converter of a row's id in a path; a number that is too large for the database matches no route.
ROW = "int(min=1,max=9223372036854775807)"


def by_host(*, school: View, apex: View) -> View:
    """Return a view that calls the view of the host on which it is requested."""

    @wraps(school)
    def view(**values: Any) -> Any:
        return (apex if request_school().is_alliance else school)(*values.values())

    return view


def school_only(view: View) -> View:
    """Make a view answer 404 on the alliance's host."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        if request_school().is_alliance:
            abort(404)
        return view(**values)

    return guarded


def apex_only(view: View) -> View:
    """Make a view answer 404 on a school's host."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        if not request_school().is_alliance:
            abort(404)
        return view(**values)

    return guarded
