"""Change requests through the pages: sent, followed, withdrawn, and nobody else's."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from flask.testing import FlaskClient

from app.context import Context
from app.errors import msg
from app.models import ChangeRequest, ProofFile, User
from app.rules.permissions import Role
from app.services.messages.notices import notify
from app.services.requests.proof_files import SentFile
from app.services.requests.student import submit_request
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.pages import post
from tests.support.requests import ID_NUMBER, camera_picture
from tests.support.rows import stored_row

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]
ClientFor = Callable[..., FlaskClient]


def test_a_request_is_sent_followed_and_withdrawn(
    client: FlaskClient, school: SchoolInfo, student: User
) -> None:
    form = client.get("/me/requests/new").text
    assert "现在：张三锋" in form
    refused = post(client, "/me/requests/new", entry_year="24", reason="写错了")
    assert refused.status_code == 422
    assert "应为四位年份" in refused.text
    assert 'value="24"' in refused.text
    sent = post(
        client,
        "/me/requests/new",
        real_name="张三丰",
        reason="写错了",
        files=[(io.BytesIO(camera_picture()), "证.jpg"), (io.BytesIO(b"%PDF-1.7"), "证.pdf")],
    )
    assert sent.location == "/me/requests"
    page = client.get("/me/requests").text
    assert "待审核" in page
    assert "张三丰" in page
    assert "审核" in client.get("/me").text
    assert client.get("/me/requests/new").location == "/me/requests", "one open request at a time"
    assert "已有一个申请正在审核" in client.get("/me/requests").text
    again = post(client, "/me/requests/new", real_name="张三风", reason="写错了")
    assert again.location == "/me/requests"
    assert "已有一个申请正在审核" in client.get("/me/requests").text
    files = re.findall(r'href="(/me/requests/files/\d+)"', page)
    shown, saved = client.get(files[0]), client.get(files[1])
    assert shown.content_type == "image/webp"
    assert saved.headers["Content-Disposition"].startswith("attachment")
    for answer in (shown, saved):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    request_id = stored_row(school, ChangeRequest, user_id=student.id).id
    assert post(client, f"/me/requests/{request_id}/withdraw").location == "/me/requests"
    assert stored_row(school, ChangeRequest, user_id=student.id).state == "withdrawn"


def test_what_others_asked_for_is_not_there(
    client_for: ClientFor,
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    student: User,
    make_user: MakeUser,
) -> None:
    with unit_of_work(make_ctx(school, Role.STUDENT, user=student)) as ctx:
        files = [SentFile("a.pdf", b"%PDF-1.7")]
        request_id = submit_request(ctx, entered={"id_number": ID_NUMBER}, reason="x", files=files).id
        notify(ctx, user_id=student.id, subject=msg("甲"), body=msg("乙"))
    file_id = stored_row(school, ProofFile, request_id=request_id).id
    for place in (school, other_school):
        stranger = client_for(place, make_user(place, must_change_password=False))
        assert stranger.get(f"/me/requests/files/{file_id}").status_code == 404
        assert post(stranger, f"/me/requests/{request_id}/withdraw").status_code == 404
        assert post(stranger, "/messages/1/open").status_code == 404
        assert "110105" not in stranger.get("/me/requests").text
    teacher = client_for(school, make_user(school, "teacher", must_change_password=False))
    assert teacher.get("/me/requests/new").status_code == 404
