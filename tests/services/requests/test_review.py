"""An administrator decides on what a student asked for (manual 4.4, second way)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, Message, NotAllowed
from app.models import ChangeRequest, Mail, Notice, SchoolClass, User
from app.rules.permissions import Role
from app.services.people.edit import edit_account
from app.services.requests import review as request_reviews
from app.services.requests.review import approve_request, decide_many, get_review, reject_request
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.requests import ID_NUMBER, ask_for_change
from tests.support.rows import stored_row

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


def test_approval_writes_what_was_asked_marks_it_and_tells_the_student(
    make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    request_id = ask_for_change(
        make_ctx, school, student, real_name="张三丰", class_name="临床二班 · 2024", gender=""
    )
    with unit_of_work(make_ctx(school)) as ctx:
        seen = get_review(ctx, request_id=request_id).seen
    with unit_of_work(make_ctx(school)) as ctx:
        approve_request(ctx, request_id=request_id, seen=seen, answer="已核对")
    user = stored_row(school, User, id=student.id)
    assert (user.real_name, user.name_initials) == ("张三丰", "zsf")
    assert stored_row(school, SchoolClass, id=user.class_id).name == "临床二班"
    assert {"real_name", "class_id"} <= set(user.edited_columns)
    notice = stored_row(school, Notice, user_id=student.id)
    assert notice.subject["text"] == "您的信息修改申请已通过"
    assert "真实姓名、所属班级" in str(Message.from_json(notice.body))
    mail = stored_row(school, Mail, user_id=student.id)
    assert (mail.recipient, mail.template) == ("zhang@example.com", "notice")
    decided = stored_row(school, ChangeRequest, id=request_id)
    assert (decided.state, decided.answer, decided.decided_by_name) == ("approved", "已核对", "administrator")


def test_rejection_changes_nothing_and_says_why(make_ctx: MakeCtx, school: SchoolInfo, student: User) -> None:
    request_id = ask_for_change(make_ctx, school, student)
    with unit_of_work(make_ctx(school)) as ctx:
        with pytest.raises(Invalid):
            reject_request(ctx, request_id=request_id, answer="  ")
        reject_request(ctx, request_id=request_id, answer="材料不清楚")
    assert stored_row(school, User, id=student.id).real_name == "张三锋"
    assert stored_row(school, Notice, user_id=student.id).body["params"]["answer"] == "材料不清楚"
    with unit_of_work(make_ctx(school)) as ctx, pytest.raises(Conflict):
        approve_request(ctx, request_id=request_id, seen=None)


def test_if_the_person_was_changed_meanwhile_the_decision_is_asked_again(
    make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    request_id = ask_for_change(make_ctx, school, student)
    with unit_of_work(make_ctx(school)) as ctx:
        before = get_review(ctx, request_id=request_id)
    assert not before.stale
    with unit_of_work(make_ctx(school)) as ctx:
        edit_account(ctx, user_id=student.id, changes={"real_name": "张散丰"})
    for seen in (before.seen, None):
        with unit_of_work(make_ctx(school)) as ctx, pytest.raises(Conflict, match="又有改动"):
            approve_request(ctx, request_id=request_id, seen=seen)
    with unit_of_work(make_ctx(school)) as ctx:
        again = get_review(ctx, request_id=request_id)
        assert again.stale
        assert again.changes[0].now == "张散丰"
        approve_request(ctx, request_id=request_id, seen=again.seen)
    assert stored_row(school, User, id=student.id).real_name == "张三丰"


def test_many_at_once_stand_each_for_itself(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    others = [make_user(school) for _ in range(2)]
    requests = [ask_for_change(make_ctx, school, user) for user in (student, *others)]
    with unit_of_work(make_ctx(school)) as ctx:
        edit_account(ctx, user_id=others[0].id, changes={"real_name": "改过了"})
    with unit_of_work(make_ctx(school)) as ctx:
        decided = decide_many(ctx, request_ids=[*requests, 10**12], approve=True)
    assert decided.done == 2
    assert [one.request_id for one in decided.refused] == [requests[1]]
    assert decided.refused[0].real_name == "改过了"
    assert stored_row(school, ChangeRequest, id=requests[1]).state == "open"
    with school_scope(school.id) as session:
        assert len(session.scalars(select(Notice)).all()) == 2
    with unit_of_work(make_ctx(school)) as ctx:
        with pytest.raises(Invalid):
            decide_many(ctx, request_ids=[requests[1]], approve=False)
        assert decide_many(ctx, request_ids=[requests[1]], approve=False, answer="不对").done == 1


def test_an_id_number_that_another_account_has_is_refused_at_approval(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    request_id = ask_for_change(make_ctx, school, student, id_number=ID_NUMBER)
    other = make_user(school)
    with unit_of_work(make_ctx(school)) as ctx:
        edit_account(ctx, user_id=other.id, changes={"id_number": ID_NUMBER})
    with unit_of_work(make_ctx(school)) as ctx:
        decided = decide_many(ctx, request_ids=[request_id], approve=True)
    assert (decided.done, len(decided.refused)) == (0, 1)
    assert stored_row(school, ChangeRequest, id=request_id).state == "open"


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER])
def test_only_administrators_review(make_ctx: MakeCtx, school: SchoolInfo, student: User, role: Role) -> None:
    request_id = ask_for_change(make_ctx, school, student)
    ctx = make_ctx(school, role, user=student)
    for attempt in (
        lambda: request_reviews.list_requests(ctx),
        lambda: get_review(ctx, request_id=request_id),
        lambda: approve_request(ctx, request_id=request_id, seen=None),
        lambda: reject_request(ctx, request_id=request_id, answer="x"),
        lambda: decide_many(ctx, request_ids=[request_id], approve=True),
        lambda: request_reviews.get_proof(ctx, request_id=request_id, file_id=1),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_list_finds_by_state_word_and_class(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    ask_for_change(make_ctx, school, student)
    rejected = ask_for_change(make_ctx, school, make_user(school, real_name="李四"))
    with unit_of_work(make_ctx(school)) as ctx:
        reject_request(ctx, request_id=rejected, answer="x")
    ctx = make_ctx(school)

    def names(**chosen: object) -> list[str]:
        return [one.real_name for one in request_reviews.list_requests(ctx, **chosen).rows]  # type: ignore[arg-type]

    assert names() == ["李四", "张三锋"]
    assert names(state="open") == ["张三锋"]
    assert names(text="临床一班") == ["张三锋"]
    assert names(text="李四", state="rejected") == ["李四"]
    assert names(class_id=student.class_id) == ["张三锋"]
    assert names(text="%") == []
    counts = request_reviews.count_requests(ctx)
    assert counts == {"open": 1, "approved": 0, "rejected": 1, "withdrawn": 0}
