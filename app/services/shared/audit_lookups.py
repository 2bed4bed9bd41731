"""Names for the ids in the audit log, as they are today; a deleted object is shown by its id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Select, select

from app.context import Context
from app.models import Announcement, AuditEntry, Course, CourseOffering, SchoolClass, User
from app.rules.permissions import Action
from app.services.shared.require_permission import require

#: (type of the object, its id) -> its name.
Names = Mapping[tuple[str, int], str]
#: Data keys that hold ids, and the type of object that each refers to.
NUMBERED: Mapping[str, str] = {"class_id": "class", "user_id": "user"}


def names_of(ctx: Context, entries: Iterable[AuditEntry]) -> Names:
    """Return the names of all objects on one page of the log, with one query for each type.

    Raises:
        NotAllowed: the actor may not see the log.
    """
    require(ctx, Action.SEE_AUDIT)
    ids: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        for kind, number in _numbers(entry):
            ids[kind].add(number)
    return {
        (kind, row.id): row.name
        for kind, statement in _statements().items()
        if ids[kind]
        for row in ctx.session.execute(statement.where(statement.selected_columns.id.in_(ids[kind])))
    }


def _numbers(entry: AuditEntry) -> Iterator[tuple[str, int]]:
    if entry.object_id is not None:
        yield entry.object_type, entry.object_id
    for facts in (entry.data, entry.data.get("old"), entry.data.get("new")):
        if isinstance(facts, Mapping):
            yield from ((kind, facts[key]) for key, kind in NUMBERED.items() if type(facts.get(key)) is int)


def _statements() -> dict[str, Select[int, str]]:
    return {
        "user": select(User.id, User.real_name.label("name")),
        "class": select(SchoolClass.id, SchoolClass.name),
        "course": select(Course.id, Course.title.label("name")),
        "offering": select(CourseOffering.id, Course.title.label("name")).join(CourseOffering.course),
        "announcement": select(Announcement.id, Announcement.title.label("name")),
    }
