"""A student requests changes to their record; an administrator decides (manual 4.4, second way)."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, InvalidFields, Message, NotAllowed, NotFound
from app.models import AuditEntry, ChangeRequest, Mail, Notice, ProofFile, SchoolClass, User
from app.rules.permissions import Role
from app.services.people.edit import edit_account
from app.services.requests import review as request_reviews
from app.services.requests import student as change_requests
from app.services.requests.proof_files import ALL_BYTES, FILE_BYTES, SentFile
from app.services.requests.review import approve_request, decide_many, get_review, reject_request
from app.services.requests.student import submit_request, withdraw_request
from app.services.shared.encrypted_fields import open_id_number
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]
ID_NUMBER = "11010519491231002X"


def picture(kind: str = "JPEG") -> bytes:
    """A small photo, with a place in its EXIF data."""
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret-place"
    Image.new("RGB", (60, 40), "white").save(buffer, kind, exif=exif)
    return buffer.getvalue()


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    with school_scope(school.id) as session:
        here = SchoolClass(number="2024001", name="临床一班", entry_year=2024)
        there = SchoolClass(number="2024002", name="临床二班", entry_year=2024)
        session.add_all([here, there])
        session.commit()
    return make_user(
        school,
        real_name="张三锋",
        gender="male",
        birth_date=date(2005, 1, 2),
        entry_year=2024,
        study_years=5,
        class_id=here.id,
        email="zhang@example.com",
    )


def ask(make_ctx: MakeCtx, school: SchoolInfo, user: User, **typed: str) -> int:
    """Ask for changes as this student."""
    with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
        return submit_request(ctx, typed=typed or {"real_name": "张三丰"}, reason="写错了").id


def row(school: SchoolInfo, model: type, **same: object) -> object:
    """One row as it is stored."""
    with school_scope(school.id) as session:
        return session.scalars(select(model).filter_by(**same)).one()


def test_approval_writes_what_was_asked_marks_it_and_tells_the_student(
    make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    request_id = ask(make_ctx, school, student, real_name="张三丰", class_name="临床二班 · 2024", gender="")
    with unit_of_work(make_ctx(school)) as ctx:
        seen = get_review(ctx, request_id=request_id).seen
    with unit_of_work(make_ctx(school)) as ctx:
        approve_request(ctx, request_id=request_id, seen=seen, answer="已核对")
    user = row(school, User, id=student.id)
    assert (user.real_name, user.name_initials) == ("张三丰", "zsf")
    assert row(school, SchoolClass, id=user.class_id).name == "临床二班"
    assert {"real_name", "class_id"} <= set(user.edited_columns)
    notice = row(school, Notice, user_id=student.id)
    assert notice.subject["text"] == "您的信息修改申请已通过"
    assert "真实姓名、所属班级" in str(Message.from_json(notice.body))
    mail = row(school, Mail, user_id=student.id)
    assert (mail.recipient, mail.template) == ("zhang@example.com", "notice")
    decided = row(school, ChangeRequest, id=request_id)
    assert (decided.state, decided.answer, decided.decided_by_name) == ("approved", "已核对", "administrator")


def test_rejection_changes_nothing_and_says_why(make_ctx: MakeCtx, school: SchoolInfo, student: User) -> None:
    request_id = ask(make_ctx, school, student)
    with unit_of_work(make_ctx(school)) as ctx:
        with pytest.raises(Invalid):
            reject_request(ctx, request_id=request_id, answer="  ")
        reject_request(ctx, request_id=request_id, answer="材料不清楚")
    assert row(school, User, id=student.id).real_name == "张三锋"
    assert row(school, Notice, user_id=student.id).body["params"]["answer"] == "材料不清楚"
    with unit_of_work(make_ctx(school)) as ctx, pytest.raises(Conflict):
        approve_request(ctx, request_id=request_id, seen=None)


def test_a_new_id_number_brings_birth_date_and_gender_and_is_sealed(
    make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    request_id = ask(make_ctx, school, student, id_number=ID_NUMBER)
    stored = row(school, ChangeRequest, id=request_id)
    assert ID_NUMBER.encode() not in stored.changes
    mine = change_requests.list_own_requests(make_ctx(school, Role.STUDENT, user=student))[0]
    assert [field for field, *_ in mine.changes] == ["gender", "birth_date", "id_number"]
    assert "110105********002X" in str(mine.changes)
    assert ID_NUMBER not in str(mine.changes)
    with unit_of_work(make_ctx(school)) as ctx:
        review = get_review(ctx, request_id=request_id)
        approve_request(ctx, request_id=request_id, seen=review.seen)
    assert ("id_number", ID_NUMBER) in [(one.field, one.new) for one in review.changes]
    assert row(school, AuditEntry, action="change_request.opened").object_id == request_id
    user = row(school, User, id=student.id)
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
        submit_request(ctx, typed=typed, reason="写错了")
    assert refusal.value.field == field
    assert says in str(refusal.value.message)


def test_a_request_needs_a_reason_and_a_student(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    with pytest.raises(InvalidFields):
        submit_request(
            make_ctx(school, Role.STUDENT, user=student), typed={"real_name": "张三丰"}, reason=" "
        )
    teacher = make_user(school, "teacher")
    with pytest.raises(NotAllowed):
        submit_request(make_ctx(school, Role.TEACHER, user=teacher), typed={"real_name": "甲"}, reason="x")


def test_of_two_requests_at_once_one_is_taken(
    app: Flask, make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    start, outcomes = threading.Barrier(2), []

    def run(ctx: Context) -> None:
        start.wait()
        try:
            with app.app_context(), unit_of_work(ctx):
                submit_request(ctx, typed={"real_name": "张三丰"}, reason="写错了")
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
    assert row(school, ChangeRequest, user_id=student.id).state == "open"


def test_a_withdrawn_request_makes_room_and_can_no_longer_be_decided(
    make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    first = ask(make_ctx, school, student)
    with pytest.raises(Conflict):
        ask(make_ctx, school, student)
    with unit_of_work(make_ctx(school, Role.STUDENT, user=student)) as ctx:
        withdraw_request(ctx, request_id=first)
    with unit_of_work(make_ctx(school)) as ctx, pytest.raises(Conflict):
        approve_request(ctx, request_id=first, seen=None)
    assert ask(make_ctx, school, student) != first
    with pytest.raises(Conflict):
        withdraw_request(make_ctx(school, Role.STUDENT, user=student), request_id=first)


def test_if_the_person_was_changed_meanwhile_the_decision_is_asked_again(
    make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    request_id = ask(make_ctx, school, student)
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
    assert row(school, User, id=student.id).real_name == "张三丰"


def test_many_at_once_stand_each_for_itself(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    others = [make_user(school) for _ in range(2)]
    requests = [ask(make_ctx, school, user) for user in (student, *others)]
    with unit_of_work(make_ctx(school)) as ctx:
        edit_account(ctx, user_id=others[0].id, changes={"real_name": "改过了"})
    with unit_of_work(make_ctx(school)) as ctx:
        decided = decide_many(ctx, request_ids=[*requests, 10**12], approve=True)
    assert decided.done == 2
    assert [one.request_id for one in decided.refused] == [requests[1]]
    assert decided.refused[0].real_name == "改过了"
    assert row(school, ChangeRequest, id=requests[1]).state == "open"
    with school_scope(school.id) as session:
        assert len(session.scalars(select(Notice)).all()) == 2
    with unit_of_work(make_ctx(school)) as ctx:
        with pytest.raises(Invalid):
            decide_many(ctx, request_ids=[requests[1]], approve=False)
        assert decide_many(ctx, request_ids=[requests[1]], approve=False, answer="不对").done == 1


def test_an_id_number_that_another_account_has_is_refused_at_approval(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    request_id = ask(make_ctx, school, student, id_number=ID_NUMBER)
    other = make_user(school)
    with unit_of_work(make_ctx(school)) as ctx:
        edit_account(ctx, user_id=other.id, changes={"id_number": ID_NUMBER})
    with unit_of_work(make_ctx(school)) as ctx:
        decided = decide_many(ctx, request_ids=[request_id], approve=True)
    assert (decided.done, len(decided.refused)) == (0, 1)
    assert row(school, ChangeRequest, id=request_id).state == "open"


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER])
def test_only_administrators_review(make_ctx: MakeCtx, school: SchoolInfo, student: User, role: Role) -> None:
    request_id = ask(make_ctx, school, student)
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


def test_proof_is_made_anew_sealed_and_only_for_its_student_and_the_reviewers(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    files = [SentFile("../身份证.JPG", picture()), SentFile("录取.pdf", b"%PDF-1.7 text")]
    with unit_of_work(make_ctx(school, Role.STUDENT, user=student)) as ctx:
        request_id = submit_request(ctx, typed={"real_name": "张三丰"}, reason="x", files=files).id
    with school_scope(school.id) as session:
        stored = session.scalars(select(ProofFile).order_by(ProofFile.id)).all()
        assert [(one.filename, one.media_type) for one in stored] == [
            ("身份证.webp", "image/webp"),
            ("录取.pdf", "application/pdf"),
        ]
        assert b"PDF" not in stored[1].content
        assert b"WEBP" not in stored[0].content
    ids = [one.id for one in stored]
    mine = make_ctx(school, Role.STUDENT, user=student)
    opened = change_requests.open_own_file(mine, file_id=ids[0])
    assert b"secret-place" not in opened.content
    assert change_requests.open_own_file(mine, file_id=ids[1]).content == b"%PDF-1.7 text"
    with unit_of_work(make_ctx(school)) as ctx:
        assert request_reviews.get_proof(ctx, request_id=request_id, file_id=ids[1]).content
    assert row(school, AuditEntry, action="change_request.file_opened").data == {"file": ids[1]}
    stranger = make_ctx(school, Role.STUDENT, user=make_user(school))
    elsewhere = make_ctx(other_school)
    for attempt in (
        lambda: change_requests.open_own_file(stranger, file_id=ids[0]),
        lambda: withdraw_request(stranger, request_id=request_id),
        lambda: request_reviews.get_proof(make_ctx(school), request_id=request_id + 1, file_id=ids[0]),
        lambda: request_reviews.get_proof(elsewhere, request_id=request_id, file_id=ids[0]),
        lambda: get_review(elsewhere, request_id=request_id),
        lambda: approve_request(elsewhere, request_id=request_id, seen=None),
    ):
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.parametrize(
    "files",
    [
        [SentFile("a.png", b"not a picture")],
        [SentFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")],
        [SentFile("a.pdf", b"")],
        [SentFile("a.pdf", b"%PDF-" + bytes(FILE_BYTES))],
        [SentFile("a.pdf", b"%PDF-")] * 6,
        [SentFile("a.pdf", b"%PDF-" + bytes(ALL_BYTES // 3 + 1))] * 3,
    ],
    ids=["text", "drawing", "empty", "large", "six", "large together"],
)
def test_files_that_prove_nothing_are_refused(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, files: list[SentFile]
) -> None:
    ctx = make_ctx(school, Role.STUDENT, user=student)
    with pytest.raises(Invalid) as refusal:
        submit_request(ctx, typed={"real_name": "张三丰"}, reason="x", files=files)
    assert refusal.value.field == "files"


def test_the_list_finds_by_state_word_and_class(
    make_ctx: MakeCtx, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    ask(make_ctx, school, student)
    rejected = ask(make_ctx, school, make_user(school, real_name="李四"))
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
