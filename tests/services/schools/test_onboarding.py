"""The onboarding checklist of a school, and the schools by what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.context import Context
from app.demo.data_files import emblem_svg
from app.errors import NotAllowed
from app.models import Registration, RosterImport, User
from app.rules.permissions import Role
from app.services.schools.onboarding import list_progress, school_checklist, school_checklists
from app.services.schools.open_and_edit import (
    set_logo,
)
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import next_unit_code
from tests.support.courses import put_offering
from tests.support.pages import statements

MakeCtx = Callable[..., Context]


def test_the_checklist_follows_what_the_school_does(
    alliance: SchoolInfo, secretariat: Context, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    assert school_checklist(secretariat, school).done == 0
    with unit_of_work(secretariat) as ctx:
        set_logo(ctx, school_id=school.id, content=emblem_svg("boai"))
    make_user(school, "administrator")
    make_user(school, "student")
    put_offering(alliance, school, status="unhandled", dated=False)
    checklist = school_checklist(secretariat, school)
    assert {step.code for step in checklist.steps if step.done} == {"logo", "students", "licences"}
    assert checklist.percent == 37
    make_user(school, "administrator", must_change_password=False)
    make_user(school, "teacher")
    offering_id = put_offering(alliance, school).id
    with school_scope(school.id) as session:
        session.add(RosterImport(kind="students", state="applied", filename="x", size=1, created_by_name="x"))
        student = session.scalars(select(User.id).where(User.kind == "student")).one()
        session.add(Registration(offering_id=offering_id, user_id=student))
        session.commit()
    checklist = school_checklist(secretariat, school)
    assert (checklist.missing, checklist.percent) == ((), 100)


def test_schools_are_sorted_and_filtered_by_what_is_missing(
    secretariat: Context, make_school: Callable[..., SchoolInfo], make_user: Callable[..., User]
) -> None:
    mark = f"进度{next_unit_code()}"
    bare, begun, further = (make_school(name=f"{mark}学院{number}") for number in range(3))
    for school, kinds in ((begun, ["student"]), (further, ["student", "teacher"])):
        for kind in kinds:
            make_user(school, kind)

    def ids(**wanted: Any) -> list[int]:
        return [row.school.id for row in list_progress(secretariat, text=mark, **wanted).rows]

    assert ids() == [further.id, begun.id, bare.id]
    assert ids(by_progress=True) == [bare.id, begun.id, further.id]
    assert ids(by_progress=True, descending=True) == [further.id, begun.id, bare.id]
    assert ids(missing="teachers") == [begun.id, bare.id]
    assert ids(missing="any") == [further.id, begun.id, bare.id]
    assert ids(missing="none") == []
    assert list_progress(secretariat, text=mark, by_progress=True, page=9).total == 3
    with statements(db.engine) as seen:
        list_progress(secretariat, text=mark, by_progress=True)
    # One a school, whatever it has (the list itself is not counted); no transaction of its own for any.
    assert len(seen) == 3


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.TEACHER, Role.STUDENT])
def test_only_the_secretariat_reads_checklists(
    make_ctx: MakeCtx, school: SchoolInfo, alliance: SchoolInfo, role: Role
) -> None:
    for ctx in (make_ctx(school, role), make_ctx(alliance, role)):
        for attempt in (
            lambda ctx=ctx: school_checklist(ctx, school),
            lambda ctx=ctx: school_checklists(ctx, [school]),
            lambda ctx=ctx: list_progress(ctx),
        ):
            with pytest.raises(NotAllowed):
                attempt()
