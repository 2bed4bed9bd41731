"""学籍信息审核 through its pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.context import Context
from app.models import ChangeRequest, ProofFile, User
from app.rules.permissions import Role
from app.services.people.edit import edit_account
from app.services.requests.proof_files import SentFile
from app.services.requests.student import submit_request
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.pages import post
from tests.support.requests import camera_picture

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


@pytest.fixture
def ask(make_ctx: MakeCtx, school: SchoolInfo) -> Callable[..., int]:
    """Ask for a change as a student."""

    def submit(user: User, **typed: str) -> int:
        with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
            files = [SentFile("证.jpg", camera_picture()), SentFile("证.pdf", b"%PDF-1.7")]
            return submit_request(
                ctx, entered=typed or {"real_name": "新名"}, reason="写错了", files=files
            ).id

    return submit


def state_of(school: SchoolInfo, request_id: int) -> str:
    """The state as it is stored."""
    with school_scope(school.id) as session:
        return session.scalars(select(ChangeRequest.state).where(ChangeRequest.id == request_id)).one()


def test_a_request_is_found_compared_and_approved(
    office: FlaskClient, school: SchoolInfo, make_user: MakeUser, ask: Callable[..., int]
) -> None:
    user = make_user(school, real_name="旧名")
    request_id = ask(user)
    listed = office.get("/manage/requests/").text
    assert f'href="/manage/requests/{request_id}/"' in listed
    page = office.get(f"/manage/requests/{request_id}/").text
    for shown in ("旧名", "新名", "写错了", "证.webp", "证.pdf"):
        assert shown in page, shown
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert seen is not None
    answer = post(office, f"/manage/requests/{request_id}/approve", seen=seen[1], answer="")
    assert answer.location == "/manage/requests/"
    with school_scope(school.id) as session:
        assert session.scalars(select(User.real_name).where(User.id == user.id)).one() == "新名"
    assert "新名" not in office.get("/manage/requests/").text
    assert "新名" in office.get("/manage/requests/?state=approved").text


def test_a_change_in_between_brings_the_page_back_with_the_new_value(
    office: FlaskClient, make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser, ask: Callable[..., int]
) -> None:
    user = make_user(school, real_name="旧名")
    request_id = ask(user)
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', office.get(f"/manage/requests/{request_id}/").text)
    assert seen is not None
    with unit_of_work(make_ctx(school)) as ctx:
        edit_account(ctx, user_id=user.id, changes={"real_name": "中间名"})
    answer = post(office, f"/manage/requests/{request_id}/approve", seen=seen[1])
    assert answer.location == f"/manage/requests/{request_id}/"
    page = office.get(answer.location).text
    assert "又有改动" in page
    assert "中间名" in page
    assert state_of(school, request_id) == "open"


def test_a_rejection_needs_its_reason(
    office: FlaskClient, school: SchoolInfo, make_user: MakeUser, ask: Callable[..., int]
) -> None:
    request_id = ask(make_user(school))
    assert post(office, f"/manage/requests/{request_id}/reject", answer="").location.endswith(
        f"/{request_id}/"
    )
    assert state_of(school, request_id) == "open"
    post(office, f"/manage/requests/{request_id}/reject", answer="不清楚")
    assert state_of(school, request_id) == "rejected"


def test_many_are_decided_from_the_list(
    office: FlaskClient, school: SchoolInfo, make_user: MakeUser, ask: Callable[..., int]
) -> None:
    first, second, third = (ask(make_user(school)) for _ in range(3))
    ticked = {"rowid": [str(first), str(second), "x"], "canned": "0", "answer": ""}
    post(office, "/manage/requests/decide", action="approve", **ticked)
    with school_scope(school.id) as session:
        said = session.scalars(
            select(ChangeRequest.answer).where(ChangeRequest.id.in_([first, second]))
        ).all()
    assert said == [None, None], "reasons for refusals do not go to those who were approved"
    assert [state_of(school, one) for one in (first, second, third)] == ["approved", "approved", "open"]
    post(office, "/manage/requests/decide", action="reject", rowid=[str(third)], canned="1")
    with school_scope(school.id) as session:
        request = session.scalars(select(ChangeRequest).where(ChangeRequest.id == third)).one()
    assert (request.state, request.answer) == ("rejected", "填写的内容与证明材料不一致")
    assert post(office, "/manage/requests/decide", action="drop", rowid=["1"]).status_code == 404


def test_proof_is_given_out_so_that_nothing_in_it_can_act(
    office: FlaskClient, school: SchoolInfo, make_user: MakeUser, ask: Callable[..., int]
) -> None:
    request_id = ask(make_user(school))
    with school_scope(school.id) as session:
        ids = session.scalars(select(ProofFile.id).order_by(ProofFile.id)).all()
    shown, saved = (office.get(f"/manage/requests/{request_id}/files/{one}") for one in ids)
    assert shown.content_type == "image/webp"
    assert (saved.content_type, saved.data) == ("application/octet-stream", b"%PDF-1.7")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    for answer in (shown, saved):
        assert answer.headers["Content-Disposition"].isascii(), "servers send no other header"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert office.get(f"/manage/requests/{request_id + 1}/files/{ids[0]}").status_code == 404
