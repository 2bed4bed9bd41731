"""A graduated year is deleted with all that hangs on it, after a preview."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date

import pytest
from sqlalchemy import func, select, update

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, Registration, RosterImport, RosterImportRow, User
from app.rules.permissions import Role
from app.services.people.graduates import delete_graduates, has_graduated, list_cohorts, preview_graduates
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.traces import leave_traces
from tests.support.world import Populated, scoped_models

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


@pytest.mark.parametrize(
    ("entry_year", "study_years", "today", "ended"),
    [
        (2021, 5, date(2026, 6, 30), False),
        (2021, 5, date(2026, 7, 1), True),
        (2020, 5, date(2026, 1, 1), True),
        (2026, 1, date(2026, 9, 10), False),
    ],
)
def test_a_year_has_graduated_from_the_july_of_its_last_year(
    entry_year: int, study_years: int, today: date, ended: bool
) -> None:
    assert has_graduated(entry_year, study_years, today) is ended


@pytest.fixture
def graduates(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser) -> list[User]:
    """Two of a graduated year with all their traces, and others who stay."""
    gone = [make_user(school, entry_year=2019, study_years=5, real_name=f"毕业生{n}") for n in (1, 2)]
    leave_traces(make_ctx, alliance, school, gone[0])
    make_user(school, entry_year=2024, study_years=5, real_name="在读")
    make_user(school, entry_year=2019, study_years=8, real_name="八年制")
    make_user(school, entry_year=2019, real_name="学制未填")
    make_user(school, "teacher", real_name="教师")
    return gone


def test_only_years_that_have_graduated_can_be_chosen(
    make_ctx: MakeCtx, school: SchoolInfo, graduates: list[User]
) -> None:
    ctx = make_ctx(school)
    assert [(one.entry_year, one.study_years, one.students) for one in list_cohorts(ctx)] == [(2019, 5, 2)]
    for entry_year, study_years in ((2024, 5), (2018, 5), (99999999, 5), (2019, 1000)):
        with pytest.raises(NotFound):
            preview_graduates(ctx, entry_year=entry_year, study_years=study_years)


def test_a_graduated_year_goes_with_all_its_traces_and_the_log_keeps_counts(
    make_ctx: MakeCtx, school: SchoolInfo, graduates: list[User]
) -> None:
    holdings, people = preview_graduates(make_ctx(school), entry_year=2019, study_years=5)
    assert asdict(holdings) == {
        "students": 2, "registrations": 1, "change_requests": 1, "messages": 1, "mails": 0, "consents": 1,
        "import_rows": 1, "files": 1,
    }  # fmt: skip
    assert [one.real_name for one in people.rows] == ["毕业生1", "毕业生2"]
    with unit_of_work(make_ctx(school)) as ctx:
        delete_graduates(ctx, entry_year=2019, study_years=5, students=2, typed_year=" 2019 ")
    gone = {user.id for user in graduates}
    with school_scope(school.id) as session:
        names = set(session.scalars(select(User.real_name)))
        assert names == {"在读", "八年制", "学制未填", "教师"}
        for model in scoped_models():
            if hasattr(model, "user_id"):
                left = select(func.count()).select_from(model).where(model.user_id.in_(gone))
                assert session.scalar(left) == 0, model.__tablename__
        assert session.scalars(select(RosterImport.content)).all() == [None]
        assert session.scalars(select(RosterImportRow.row_no)).all() == [5]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "graduates.deleted")).one()
    assert entry.data["students"] == 2
    assert "毕业生" not in json.dumps(entry.data, ensure_ascii=False)


def test_a_deletion_asks_for_the_year_the_count_and_no_import_going_on(
    make_ctx: MakeCtx, school: SchoolInfo, graduates: list[User], make_user: MakeUser
) -> None:
    def delete(role: Role = Role.ADMINISTRATOR, **changes: object) -> None:
        given = {"entry_year": 2019, "study_years": 5, "students": 2, "typed_year": "2019"} | changes
        with unit_of_work(make_ctx(school, role)) as ctx:
            delete_graduates(ctx, **given)  # type: ignore[arg-type]

    with pytest.raises(Invalid):
        delete(typed_year="2018")
    with pytest.raises(Conflict):
        delete(students=3)
    with pytest.raises(NotFound):
        delete(entry_year=2024, typed_year="2024")
    for role in (Role.TEACHER, Role.STUDENT):
        with pytest.raises(NotAllowed):
            delete(role)
    with school_scope(school.id) as session:
        session.execute(update(RosterImport).values(state="checked"))
        session.commit()
    with pytest.raises(Conflict):
        delete()
    with school_scope(school.id) as session:
        assert session.scalar(select(func.count()).select_from(Registration)) == 1


def test_another_schools_graduates_stay(
    make_ctx: MakeCtx, two_schools: tuple[Populated, Populated], make_user: MakeUser
) -> None:
    mine, theirs = two_schools
    for world in two_schools:
        make_user(world.school, entry_year=2019, study_years=5)
    with school_scope(mine.school.id) as session:
        session.execute(update(RosterImport).values(state="applied"))
        session.commit()
    with unit_of_work(make_ctx(mine.school)) as ctx:
        delete_graduates(ctx, entry_year=2019, study_years=5, students=1, typed_year="2019")
    with school_scope(theirs.school.id) as session:
        assert session.scalar(select(func.count()).select_from(User).where(User.entry_year == 2019)) == 1
