"""The students of a class, and those who could join it, searched as in the list of people (manual 8.2)."""

from __future__ import annotations

from app.context import Context
from app.rules.permissions import Action
from app.services.classes.lists import get_class
from app.services.people.search import PeopleFilter, PersonRow, find_people_ids, search_people
from app.services.shared.paging import Page
from app.services.shared.require_permission import require


def find_students(
    ctx: Context, *, class_id: int, inside: bool, text: str = "", unassigned: bool = False, page: int = 1
) -> Page[PersonRow]:
    """Return one page of the 已关联 (``inside``) or 未关联 students, searched by any data as in the list of people.

    Args:
        unassigned: of those outside the class, only students without any class.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class.
    """
    require(ctx, Action.MANAGE_CLASSES)
    get_class(ctx, class_id=class_id)
    filters = _filters(class_id, inside, unassigned)
    return search_people(ctx, text=text, filters=filters, page=page)


def find_student_ids(
    ctx: Context, *, class_id: int, inside: bool, text: str = "", unassigned: bool = False
) -> list[int]:
    """Return the ids on all pages of ``find_students``."""
    require(ctx, Action.MANAGE_CLASSES)
    return find_people_ids(ctx, text=text, filters=_filters(class_id, inside, unassigned))


def _filters(class_id: int, inside: bool, unassigned: bool) -> PeopleFilter:
    if inside:
        return PeopleFilter(kind="student", class_id=class_id)
    return PeopleFilter(kind="student", outside_class_id=class_id, unassigned=unassigned)
