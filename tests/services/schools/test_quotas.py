"""Quotas: set by the alliance, enforced where accounts and own courses are created."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed
from app.models import AuditEntry, User
from app.rules.permissions import Role
from app.services.courses.create_and_release import create_own_course
from app.services.imports.pages.upload import confirm_import
from app.services.imports.run.apply import run_apply
from app.services.people.edit import create_account
from app.services.schools.quotas import Usage, set_quotas, usage
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import content, put_offering
from tests.support.rosters import Importer, plain_rows

MakeCtx = Callable[..., Context]
SetQuotas = Callable[..., None]


@pytest.fixture
def limit(secretariat: Context) -> SetQuotas:
    """Set a school's limits."""

    def set_limits(school: SchoolInfo, people: int | None = None, courses: int | None = None) -> None:
        with unit_of_work(secretariat) as ctx:
            set_quotas(ctx, school_id=school.id, most_people=people, most_courses=courses)

    return set_limits


def test_limits_are_set_by_the_secretariat_and_noted_on_both_sides(
    secretariat: Context, school: SchoolInfo, make_ctx: MakeCtx, limit: SetQuotas
) -> None:
    limit(school, 300, 5)
    limit(school, 300, 5)
    assert usage(make_ctx(school)) == Usage(0, 300, 0, 5)
    noted = select(AuditEntry.data).where(AuditEntry.action == "school.quotas_set")
    (data,) = make_ctx(school).session.scalars(noted).all()
    assert data["new"] == {"most_people": 300, "most_courses": 5}
    for field, values in (("most_people", (-1, None)), ("most_courses", (None, 10**8))):
        with pytest.raises(Invalid) as refused:
            set_quotas(secretariat, school_id=school.id, most_people=values[0], most_courses=values[1])
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        set_quotas(make_ctx(school), school_id=school.id, most_people=None, most_courses=None)


def test_accounts_by_hand_stop_at_the_limit_and_those_that_are_there_stay(
    school: SchoolInfo, make_ctx: MakeCtx, make_user: Callable[..., User], limit: SetQuotas
) -> None:
    make_user(school)
    limit(school, people=2)
    with unit_of_work(make_ctx(school)) as ctx:
        create_account(ctx, kind="teacher", values={"real_name": "第二人"})
    with pytest.raises(Conflict) as refused:
        create_account(make_ctx(school), kind="teacher", values={"real_name": "第三人"})
    assert "上限为 2 个，已有 2 个" in str(refused.value.message)
    # A limit below what is used takes nobody away.
    limit(school, people=1)
    assert usage(make_ctx(school)).people == 2
    limit(school)
    with unit_of_work(make_ctx(school)) as ctx:
        create_account(ctx, kind="teacher", values={"real_name": "第三人"})


def test_own_courses_stop_at_the_limit_and_alliance_courses_do_not_count(
    alliance: SchoolInfo, school: SchoolInfo, make_ctx: MakeCtx, limit: SetQuotas
) -> None:
    put_offering(alliance, school)
    limit(school, courses=1)
    with unit_of_work(make_ctx(school)) as ctx:
        create_own_course(ctx, content=content())
    with pytest.raises(Conflict) as refused:
        create_own_course(make_ctx(school), content=content())
    assert "上限为 1 门，已有 1 门" in str(refused.value.message)
    assert usage(make_ctx(school)).courses == 1


def test_an_import_over_the_limit_is_not_saved_and_says_so(
    importer: Importer, make_ctx: MakeCtx, limit: SetQuotas
) -> None:
    import_id = importer.check(plain_rows(importer.school, 3))
    limit(importer.school, people=2)
    ctx = make_ctx(importer.school, Role.ADMINISTRATOR)
    with pytest.raises(Conflict) as refused:
        confirm_import(ctx, import_id=import_id)
    assert "不能再新建 3 个" in str(refused.value.message)
    limit(importer.school, people=3)
    with unit_of_work(ctx):
        confirm_import(ctx, import_id=import_id)
    # Somebody was added in between: no more than the limit, and the rows say why.
    with unit_of_work(make_ctx(importer.school)) as other:
        create_account(other, kind="teacher", values={"real_name": "先来"})
    run_apply(importer.units, import_id=import_id)
    summary = importer.summary(import_id)
    assert summary.result is not None
    assert (summary.result.created, summary.result.problem) == (0, 3)
    assert "上限为 3 个，已有 1 个" in str(summary.problems[-1].message)
    people = make_ctx(importer.school).session.scalar(select(func.count()).select_from(User))
    assert people == 1
