"""Files that prove a request: made anew, sealed, given out to few."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Invalid, NotFound
from app.models import AuditEntry, ProofFile, User
from app.rules.permissions import Role
from app.services.requests import review as request_reviews
from app.services.requests import student as change_requests
from app.services.requests.proof_files import ALL_BYTES, FILE_BYTES, SentFile
from app.services.requests.review import approve_request, get_review
from app.services.requests.student import submit_request, withdraw_request
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.requests import camera_picture
from tests.support.rows import stored_row

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


def test_proof_is_made_anew_sealed_and_only_for_its_student_and_the_reviewers(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    files = [SentFile("../身份证.JPG", camera_picture()), SentFile("录取.pdf", b"%PDF-1.7 text")]
    with unit_of_work(make_ctx(school, Role.STUDENT, user=student)) as ctx:
        request_id = submit_request(ctx, entered={"real_name": "张三丰"}, reason="x", files=files).id
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
    assert stored_row(school, AuditEntry, action="change_request.file_opened").data == {"file": ids[1]}
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
        submit_request(ctx, entered={"real_name": "张三丰"}, reason="x", files=files)
    assert refusal.value.field == "files"
