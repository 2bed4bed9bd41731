"""A student asks for changes of their record (manual 4.4, second way)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from app.context import Context
from app.errors import Conflict, Invalid, InvalidFields, NotAllowed
from app.models import AuditEntry, ChangeRequest, User
from app.rules.permissions import Role
from app.services.requests import student as change_requests
from app.services.requests.review import approve_request, get_review
from app.services.requests.student import submit_request, withdraw_request
from app.services.shared.encrypted_fields import open_id_number
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.requests import ID_NUMBER, ask_for_change
from tests.support.rows import stored_row

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


def test_a_new_id_number_brings_birth_date_and_gender_and_is_sealed(
    make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    request_id = ask_for_change(make_ctx, school, student, id_number=ID_NUMBER)
    stored = stored_row(school, ChangeRequest, id=request_id)
    assert ID_NUMBER.encode() not in stored.changes
    mine = change_requests.list_own_requests(make_ctx(school, Role.STUDENT, user=student))[0]
    assert [field for field, *_ in mine.changes] == ["gender", "birth_date", "id_number"]
    assert "110105********002X" in str(mine.changes)
    assert ID_NUMBER not in str(mine.changes)
    with unit_of_work(make_ctx(school)) as ctx:
        review = get_review(ctx, request_id=request_id)
        approve_request(ctx, request_id=request_id, seen=review.seen)
    assert ("id_number", ID_NUMBER) in [(one.field, one.new) for one in review.changes]
    assert stored_row(school, AuditEntry, action="change_request.opened").object_id == request_id
    user = stored_row(school, User, id=student.id)
    assert (user.birth_date, user.gender) == (date(1949, 12, 31), "female")
    assert open_id_number(make_ctx(school), user) == ID_NUMBER


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"id_number": "110105194912310021"}, "id_number", "校验"),
        ({"id_number": ID_NUMBER, "birth_date": "2005-01-02"}, "birth_date", "与身份证号中的出生日期不一致"),
        ({"entry_year": "24"}, "entry_year", "应为四位年份"),
        ({"class_name": "别的班 · 2020"}, "class_name", "没有这个班级"),
        ({"real_name": "张三锋"}, "changes", "没有要修改的内容"),
        ({}, "changes", "没有要修改的内容"),
        ({"student_no": "20001999"}, "changes", "没有要修改的内容"),
    ],
)
def test_what_the_import_would_refuse_is_refused_here_in_the_same_words(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, typed: dict[str, str], field: str, says: str
) -> None:
    ctx = make_ctx(school, Role.STUDENT, user=student)
    with pytest.raises(Invalid) as refusal:
        submit_request(ctx, entered=typed, reason="写错了")
    assert refusal.value.field == field
    assert says in str(refusal.value.message)


def test_a_request_needs_a_reason_and_a_student(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    with pytest.raises(InvalidFields):
        submit_request(
            make_ctx(school, Role.STUDENT, user=student), entered={"real_name": "张三丰"}, reason=" "
        )
    teacher = make_user(school, "teacher")
    with pytest.raises(NotAllowed):
        submit_request(make_ctx(school, Role.TEACHER, user=teacher), entered={"real_name": "甲"}, reason="x")


def test_of_two_requests_at_once_one_is_taken(
    app: Flask, make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    start, outcomes = threading.Barrier(2), []

    def run(ctx: Context) -> None:
        start.wait()
        try:
            with app.app_context(), unit_of_work(ctx):
                submit_request(ctx, entered={"real_name": "张三丰"}, reason="写错了")
            outcomes.append("taken")
        except Conflict:
            outcomes.append("refused")

    threads = [
        threading.Thread(target=run, args=(make_ctx(school, Role.STUDENT, user=student),)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "taken"]
    assert stored_row(school, ChangeRequest, user_id=student.id).state == "open"


def test_a_withdrawn_request_makes_room_and_can_no_longer_be_decided(
    make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    first = ask_for_change(make_ctx, school, student)
    with pytest.raises(Conflict):
        ask_for_change(make_ctx, school, student)
    with unit_of_work(make_ctx(school, Role.STUDENT, user=student)) as ctx:
        withdraw_request(ctx, request_id=first)
    with unit_of_work(make_ctx(school)) as ctx, pytest.raises(Conflict):
        approve_request(ctx, request_id=first, seen=None)
    assert ask_for_change(make_ctx, school, student) != first
    with pytest.raises(Conflict):
        withdraw_request(make_ctx(school, Role.STUDENT, user=student), request_id=first)
