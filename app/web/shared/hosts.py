"""The same paths on two kinds of host: the alliance's own, and a school's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort

from app.web.shared.context import request_school

View = Callable[..., Any]

#: Converter of a row's number in a path; a larger number than the database's is no address at all.
ROW = "int(min=1,max=9223372036854775807)"


def by_host(*, school: View, apex: View) -> View:
    """A view that hands over to the one of the host it is asked on."""

    @wraps(school)
    def view(**values: Any) -> Any:
        return (apex if request_school().is_alliance else school)(*values.values())

    return view


def school_only(view: View) -> View:
    """A view that is not there on the alliance's host."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        if request_school().is_alliance:
            abort(404)
        return view(**values)

    return guarded


def apex_only(view: View) -> View:
    """A view that is not there on a school's host."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        if not request_school().is_alliance:
            abort(404)
        return view(**values)

    return guarded
