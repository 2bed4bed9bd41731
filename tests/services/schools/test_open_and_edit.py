"""Opening, editing and suspending schools; the directory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.context import Context
from app.demo.data_files import emblem_svg
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, Registration, RosterImport, School, User
from app.rules.permissions import Role
from app.services.alliance.setup import add_secretary, provisional_alliance, set_up_alliance
from app.services.schools.onboarding import list_progress, school_checklist
from app.services.schools.open_and_edit import (
    edit_school,
    get_school,
    last_suspension,
    list_members,
    list_schools,
    open_school,
    resume_school,
    set_logo,
    suspend_school,
)
from app.services.schools.profile import SlugRefused, check_slug
from app.services.shared.password_hashes import verify_password
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo, find_by_slug
from tenants.scope import school_scope
from tests.support.app import next_unit_code, school_info
from tests.support.courses import put_offering
from tests.support.pages import statements

MakeCtx = Callable[..., Context]


def wanted(**values: Any) -> dict[str, Any]:
    """What a secretary types for a school that does not exist yet."""
    code = next_unit_code()
    typed = {
        "name": f"新建医科大学{code}",
        "short_name": "",
        "slug": f"new-{code}",
        "unit_code": code,
        "accent": "#1D5FA8",
        "logo": None,
        "admin_name": "方明远",
    }
    return typed | values


def opened_school(ctx: Context, **values: Any) -> SchoolInfo:
    with unit_of_work(ctx):
        return open_school(ctx, **wanted(**values)).school


def test_a_school_comes_with_its_administrator_and_two_audit_trails(
    secretariat: Context, make_ctx: MakeCtx
) -> None:
    typed = wanted(logo=emblem_svg("mingde"), slug=" New-School ", admin_login="Admin")
    with unit_of_work(secretariat) as ctx:
        opened = open_school(ctx, **typed)
    school = find_by_slug("new-school")
    assert school == opened.school
    assert (school.accent, school.status, school.alliance_id) == ("#1d5fa8", "active", ctx.school.id)
    assert school.short_name == typed["name"][:16]
    assert school.logo_sha
    inside = make_ctx(school)
    admin = inside.session.scalars(select(User)).one()
    assert (admin.kind, admin.login_name, admin.real_name, admin.name_initials) == (
        "administrator",
        "admin",
        "方明远",
        "fmy",
    )
    assert admin.must_change_password
    assert verify_password(admin.password_hash, opened.one_time_password)
    assert set(inside.session.scalars(select(AuditEntry.action))) == {"school.opened", "user.created"}
    outside = select(AuditEntry).where(
        AuditEntry.object_id == school.id, AuditEntry.action == "school.opened"
    )
    assert ctx.session.scalars(outside).one().actor_name == "secretary"
    assert opened.one_time_password not in str(
        [entry.data for entry in inside.session.scalars(select(AuditEntry))]
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "长" * 65),
        ("short_name", "长" * 17),
        ("slug", "www"),
        ("slug", "ab-"),
        ("slug", "明德"),
        ("slug", ""),
        ("unit_code", "9000"),
        ("unit_code", "9000a"),
        ("accent", "red"),
        ("accent", "#12345"),
        ("timezone", "Asia/Nowhere"),
        ("timezone", "../etc/passwd"),
        ("logo", b"not a picture"),
        ("logo", b""),
        ("admin_name", ""),
        ("admin_login", " "),
    ],
)
def test_a_refused_field_is_named_and_nothing_is_written(
    secretariat: Context, field: str, value: Any
) -> None:
    before = secretariat.session.scalar(select(func.count()).select_from(School))
    with pytest.raises(Invalid) as refused, unit_of_work(secretariat):
        open_school(secretariat, **wanted(**{field: value}))
    assert refused.value.field == field
    assert secretariat.session.scalar(select(func.count()).select_from(School)) == before


@pytest.mark.parametrize("field", ["name", "slug", "unit_code"])
def test_what_another_school_has_is_refused(secretariat: Context, school: SchoolInfo, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_school(secretariat, **wanted(**{field: getattr(school, field)}))
    assert refused.value.field == field


def test_a_refused_label_comes_with_one_that_is_free(secretariat: Context, school: SchoolInfo) -> None:
    for slug in (school.slug, "www", "明德"):
        with pytest.raises(SlugRefused) as refused:
            open_school(secretariat, **wanted(slug=slug, short_name="仁心医学院"))
        suggestion = refused.value.suggestion
        assert suggestion is not None
        assert check_slug(secretariat, slug=suggestion).problem is None


def test_the_alliances_own_label_and_code_are_taken(secretariat: Context, alliance: SchoolInfo) -> None:
    for field in ("slug", "unit_code", "name"):
        with pytest.raises(Invalid) as refused:
            open_school(secretariat, **wanted(**{field: getattr(alliance, field)}))
        assert refused.value.field == field


def test_of_two_who_open_the_same_school_at_once_one_is_told_why(
    app_context: Flask, make_ctx: MakeCtx, alliance: SchoolInfo
) -> None:
    typed = wanted()
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def run(ctx: Context) -> None:
        with app_context.app_context():
            start.wait()
            try:
                with unit_of_work(ctx):
                    open_school(ctx, **typed)
                outcomes.append("opened")
            except Invalid as refused:
                outcomes.append(refused.field)

    threads = [threading.Thread(target=run, args=[make_ctx(alliance, Role.SECRETARY)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "opened" in outcomes
    assert set(outcomes) - {"opened"} <= {"name", "slug", "unit_code"}
    assert len(outcomes) == 2
    assert len(set(outcomes)) == 2


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.TEACHER, Role.STUDENT])
def test_only_the_secretariat_keeps_schools(
    make_ctx: MakeCtx, school: SchoolInfo, alliance: SchoolInfo, role: Role
) -> None:
    for ctx in (make_ctx(school, role), make_ctx(alliance, role)):
        for attempt in (
            lambda ctx=ctx: open_school(ctx, **wanted()),
            lambda ctx=ctx: suspend_school(ctx, school_id=school.id, reason="欠费"),
            lambda ctx=ctx: set_logo(ctx, school_id=school.id, content=emblem_svg("boai")),
            lambda ctx=ctx: list_schools(ctx),
            lambda ctx=ctx: school_checklist(ctx, school),
            lambda ctx=ctx: check_slug(ctx, slug="abc"),
        ):
            with pytest.raises(NotAllowed):
                attempt()
    with pytest.raises(NotAllowed):
        open_school(make_ctx(school, Role.SECRETARY), **wanted())


def test_a_change_is_seen_at_once_and_audited(secretariat: Context, school: SchoolInfo) -> None:
    assert find_by_slug(school.slug) is not None
    values = {
        "name": school.name,
        "short_name": "新简称",
        "slug": school.slug + "x",
        "unit_code": school.unit_code,
    }
    with unit_of_work(secretariat) as ctx:
        edit_school(ctx, school_id=school.id, accent="#ABCDEF", timezone="Asia/Urumqi", **values)
    assert find_by_slug(school.slug) is None
    changed = find_by_slug(school.slug + "x")
    assert changed is not None
    assert (changed.short_name, changed.accent, changed.timezone) == ("新简称", "#abcdef", "Asia/Urumqi")
    entry = secretariat.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "school.edited", AuditEntry.object_id == school.id)
    ).one()
    assert set(entry.data["changed"]) == {"short_name", "slug", "accent", "timezone"}


def test_keeping_everything_as_it_is_is_no_change(secretariat: Context, school: SchoolInfo) -> None:
    with unit_of_work(secretariat) as ctx:
        edit_school(
            ctx,
            school_id=school.id,
            name=school.name,
            short_name=school.short_name,
            slug=school.slug,
            unit_code=school.unit_code,
            accent=school.accent,
            timezone=school.timezone,
        )
    assert not secretariat.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "school.edited", AuditEntry.object_id == school.id)
    ).all()


def test_the_unit_code_stays_once_there_are_students(
    secretariat: Context, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    values = {
        "name": school.name,
        "short_name": "",
        "slug": school.slug,
        "accent": school.accent,
        "timezone": school.timezone,
    }
    first, second = next_unit_code(), str(int(next_unit_code()) + 50)
    with unit_of_work(secretariat) as ctx:
        assert edit_school(ctx, school_id=school.id, unit_code=first, **values).unit_code == first
    make_user(school)
    with pytest.raises(Invalid) as refused:
        edit_school(secretariat, school_id=school.id, unit_code=second, **values)
    assert refused.value.field == "unit_code"


def test_suspending_and_resuming(secretariat: Context, school: SchoolInfo) -> None:
    with unit_of_work(secretariat) as ctx:
        suspend_school(ctx, school_id=school.id, reason="欠费")
    assert school_info(school.id).status == "suspended"
    noted = last_suspension(secretariat, school_id=school.id)
    assert noted is not None
    assert noted.data == {"reason": "欠费"}
    with school_scope(school.id) as session:
        assert session.scalars(
            select(AuditEntry.data).where(AuditEntry.action == "school.suspended")
        ).all() == [noted.data]
    assert school.name not in [member.name for member in list_members(secretariat)]
    with pytest.raises(Conflict):
        suspend_school(secretariat, school_id=school.id, reason="欠费")
    with unit_of_work(secretariat) as ctx:
        resume_school(ctx, school_id=school.id)
    assert school_info(school.id).status == "active"
    with pytest.raises(Conflict):
        resume_school(secretariat, school_id=school.id)


def test_the_alliance_itself_is_no_member(secretariat: Context, alliance: SchoolInfo) -> None:
    for attempt in (
        lambda: suspend_school(secretariat, school_id=alliance.id, reason="欠费"),
        lambda: get_school(secretariat, school_id=alliance.id),
        lambda: get_school(secretariat, school_id=2**62),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert alliance.id not in [member.id for member in list_members(secretariat)]


@pytest.mark.parametrize(
    "text", ["清澜", "清澜中医药", "qinglan", "Qing Lan", "qlzyydx", "qlz", "77", "77001", "qinglan77"]
)
def test_the_directory_finds_a_school_by_name_pinyin_initials_code_and_address(
    secretariat: Context, text: str
) -> None:
    if find_by_slug("qinglan77") is None:
        opened_school(secretariat, name="清澜中医药大学", slug="qinglan77", unit_code="77001")
    assert "清澜中医药大学" in [member.name for member in list_members(secretariat, text)]


@pytest.mark.parametrize("text", ["%", "_", "\\", "' or 1=1 --", "没有这所学校", "zzzzzz"])
def test_what_no_school_has_finds_none(secretariat: Context, school: SchoolInfo, text: str) -> None:
    assert list_members(secretariat, text) == []


def test_the_list_of_the_secretariat_is_paged_and_filtered(secretariat: Context, school: SchoolInfo) -> None:
    found = list_schools(secretariat, text=school.unit_code)
    assert [row.id for row in found.rows] == [school.id]
    assert list_schools(secretariat, text=school.unit_code, status="suspended").total == 0
    last = list_schools(secretariat).pages
    assert list_schools(secretariat, page=9_999) == list_schools(secretariat, page=last)


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


def test_there_is_one_alliance_only(secretariat: Context, make_ctx: MakeCtx) -> None:
    other = make_ctx(provisional_alliance(2**40), Role.OPERATOR)
    with pytest.raises(Conflict):
        set_up_alliance(other, name="另一个联盟")


def test_a_secretary_has_a_login_of_his_own(secretariat: Context) -> None:
    with unit_of_work(secretariat) as ctx:
        secretary = add_secretary(ctx, name="秦书敏", login=f"S-{next_unit_code()}")
    user = secretariat.session.scalars(select(User).where(User.id == secretary.user_id)).one()
    assert (user.kind, user.login_name) == ("secretary", secretary.login)
    assert user.must_change_password
    with pytest.raises(Conflict):
        add_secretary(secretariat, name="秦书敏", login=secretary.login.upper())
