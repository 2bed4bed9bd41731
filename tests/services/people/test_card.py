"""Everything that the school has of one person, and the fields of the form 修改."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import User
from app.rules.auth.login_limits import LIFETIME_FAILURES
from app.rules.permissions import Role
from app.services.people.card import get_cells, get_person
from tenants.registry import SchoolInfo
from tests.support.accounts import add_student
from tests.support.app import NOW
from tests.support.courses import put_course, put_offering, put_registration
from tests.support.rosters import Importer, plain_rows

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


def test_registrations_and_imports_of_the_person_are_listed(
    ctx: Context, alliance: SchoolInfo, school: SchoolInfo, importer: Importer
) -> None:
    rows = plain_rows(school, 2)
    import_id = importer.do(rows)
    first, second = (importer.users()[row["student_no"]] for row in rows)
    offering = put_offering(alliance, school, put_course(school, title="药理学"))
    put_registration(school, offering, first)
    card = get_person(ctx, user_id=first.id)
    assert [(one.title, one.withdrawn_at) for one in card.registrations] == [("药理学", None)]
    assert [(one.import_id, one.kind, one.action) for one in card.imports] == [
        (import_id, "students", "create")
    ]
    assert list(get_person(ctx, user_id=second.id).registrations) == []


@pytest.mark.parametrize(
    ("account", "own_password", "locked_out"),
    [
        ({}, False, False),
        ({"failed_logins": LIFETIME_FAILURES}, False, True),
        (
            {
                "failed_logins": LIFETIME_FAILURES,
                "slip_digest": b"x",
                "slip_until": NOW + timedelta(days=1),
            },
            False,
            False,
        ),
        ({"password_hash": "x", "must_change_password": False}, True, False),
        ({"password_hash": "x", "must_change_password": True}, False, False),
    ],
    ids=["new", "failed too often", "but with a slip", "own password", "reset"],
)
def test_the_card_says_what_the_person_logs_in_with(
    ctx: Context,
    make_user: MakeUser,
    school: SchoolInfo,
    account: dict[str, object],
    own_password: bool,
    locked_out: bool,
) -> None:
    card = get_person(ctx, user_id=make_user(school, **account).id)
    assert (card.own_password, card.locked_out) == (own_password, locked_out)


def test_the_form_holds_the_fields_as_written_but_no_sealed_number(ctx: Context) -> None:
    student = add_student(ctx, mobile="13800138000", entry_year="2026", major="临床医学")
    kind, cells = get_cells(ctx, user_id=student.id)
    assert kind == "student"
    assert (cells["real_name"], cells["class_name"], cells["major"]) == (
        "高小明",
        "临床一班 · 2026",
        "临床医学",
    )
    assert not {"mobile", "id_number"} & set(cells)
    assert get_person(ctx, user_id=student.id).person.mobile == "138****8000"


def test_only_administrators_see_people_and_of_their_own_school(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    user = make_user(school)
    for read in (get_person, get_cells):
        with pytest.raises(NotAllowed):
            read(make_ctx(school, Role.TEACHER), user_id=user.id)
        with pytest.raises(NotFound):
            read(make_ctx(other_school), user_id=user.id)
    with pytest.raises(NotAllowed):
        get_cells(make_ctx(school, Role.VISITOR), user_id=user.id)
