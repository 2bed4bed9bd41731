"""The pages of 我的信息, requests, messages, mail links, consent and the copy of a person's data."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.context import Context
from app.errors import msg
from app.models import ChangeRequest, Consent, Mail, ProofFile, User
from app.rules.auth.consent import VERSION
from app.rules.permissions import Role
from app.services.messages.notices import notify
from app.services.requests.proof_files import SentFile
from app.services.requests.student import submit_request
from app.services.shared.password_hashes import hash_password
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.services.requests.test_student import ID_NUMBER, picture
from tests.support.app import NOW
from tests.support.pages import post

ClientFor = Callable[..., FlaskClient]
MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]
GOOD = "correct-horse-battery"


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    return make_user(
        school, real_name="张三锋", must_change_password=False, password_hash=hash_password(GOOD)
    )


@pytest.fixture
def client(client_for: ClientFor, school: SchoolInfo, student: User) -> FlaskClient:
    return client_for(school, student)


def stored(school: SchoolInfo, model: type, **same: object) -> object:
    """One row as it is."""
    with school_scope(school.id) as session:
        return session.scalars(select(model).filter_by(**same)).one()


def test_nickname_phone_and_photo_are_changed_alone(
    client: FlaskClient, school: SchoolInfo, student: User
) -> None:
    assert post(client, "/me", nickname="阿锋", mobile="13800138000").location == "/me"
    page = client.get("/me").text
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "13800138000" in post(client, "/me/numbers").text
    assert "13800138000" not in client.get("/me").text
    refused = post(client, "/me", nickname="阿锋", mobile="123")
    assert (refused.status_code, "应为 11 位手机号" in refused.text) == (422, True)
    assert post(client, "/me/photo", photo=(io.BytesIO(picture()), "me.jpg")).location == "/me"
    address = re.search(r'src="(/me/photo-[0-9a-f]+\.webp)"', client.get("/me").text)
    assert address is not None
    shown = client.get(address[1])
    assert (shown.status_code, shown.content_type) == (200, "image/webp")
    assert post(client, "/me/photo", photo=(io.BytesIO(b"x"), "me.jpg")).status_code == 422
    assert "请先选择照片" in post(client, "/me/photo").text
    assert post(client, "/me/photo/remove").location == "/me"
    assert client.get(address[1]).status_code == 404


def test_a_photo_is_nobody_elses(
    client: FlaskClient, client_for: ClientFor, school: SchoolInfo, make_user: MakeUser
) -> None:
    post(client, "/me/photo", photo=(io.BytesIO(picture()), "me.jpg"))
    address = re.search(r'src="(/me/photo-[0-9a-f]+\.webp)"', client.get("/me").text)
    assert address is not None
    assert client_for(school, make_user(school)).get(address[1]).status_code == 404


def _tampered(link: str) -> str:
    # Not the last character: some of its bits mean nothing, so another one may say the same.
    return link[:-5] + ("A" if link[-5] != "A" else "B") + link[-4:]


def test_an_address_is_confirmed_by_the_link_in_its_mail(
    app: Flask, client: FlaskClient, client_for: ClientFor, school: SchoolInfo, student: User
) -> None:
    assert post(client, "/me/email", email="new@example.com").location == "/me"
    page = client.get("/me").text
    assert "等待确认：new@example.com" in page
    assert "/demo/mail" not in page, "where mails are really sent there is no such page"
    app.config["MAIL_FOLDER"] = "kept"
    assert 'href="/demo/mail"' in client.get("/me").text
    app.config["MAIL_FOLDER"] = None
    link = stored(school, Mail, user_id=student.id).params["link"]
    elsewhere = client_for(school)
    assert "new@example.com" in elsewhere.get(link).text
    assert stored(school, User, id=student.id).email is None, "opening alone does nothing"
    assert elsewhere.get(_tampered(link)).status_code == 410
    done = post_from(elsewhere, link)
    assert "邮箱已确认" in done.text
    assert stored(school, User, id=student.id).email == "new@example.com"
    assert post(client, link).status_code == 410


def test_an_old_link_is_void(app: Flask, client: FlaskClient, school: SchoolInfo, student: User) -> None:
    post(client, "/me/email", email="new@example.com")
    link = stored(school, Mail, user_id=student.id).params["link"]
    app.extensions["spoc_clock"] = lambda: NOW + timedelta(hours=49)
    assert client.get(link).status_code == 410


def test_a_link_is_void_at_another_school(
    client: FlaskClient, client_for: ClientFor, school: SchoolInfo, other_school: SchoolInfo, student: User
) -> None:
    post(client, "/me/email", email="new@example.com")
    link = stored(school, Mail, user_id=student.id).params["link"]
    answer = client_for(other_school).get(link)
    assert answer.status_code == 410


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
        files=[(io.BytesIO(picture()), "证.jpg"), (io.BytesIO(b"%PDF-1.7"), "证.pdf")],
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
    request_id = stored(school, ChangeRequest, user_id=student.id).id
    assert post(client, f"/me/requests/{request_id}/withdraw").location == "/me/requests"
    assert stored(school, ChangeRequest, user_id=student.id).state == "withdrawn"


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
        request_id = submit_request(ctx, typed={"id_number": ID_NUMBER}, reason="x", files=files).id
        notify(ctx, user_id=student.id, subject=msg("甲"), body=msg("乙"))
    file_id = stored(school, ProofFile, request_id=request_id).id
    for place in (school, other_school):
        stranger = client_for(place, make_user(place, must_change_password=False))
        assert stranger.get(f"/me/requests/files/{file_id}").status_code == 404
        assert post(stranger, f"/me/requests/{request_id}/withdraw").status_code == 404
        assert post(stranger, "/messages/1/open").status_code == 404
        assert "110105" not in stranger.get("/me/requests").text
    teacher = client_for(school, make_user(school, "teacher", must_change_password=False))
    assert teacher.get("/me/requests/new").status_code == 404


def test_messages_are_counted_in_the_header_and_read(
    client: FlaskClient, make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    assert "还没有消息" in client.get("/messages").text
    for _ in range(2):
        with unit_of_work(make_ctx(school)) as ctx:
            notify(ctx, user_id=student.id, subject=msg("题目"), body=msg("正文"), link="/me/requests")
    page = client.get("/courses").text
    assert "消息，2 条未读" in page
    first = re.search(r'action="(/messages/\d+/open)"', client.get("/messages").text)
    assert first is not None
    assert post(client, first[1]).location == "/me/requests"
    assert "消息，1 条未读" in client.get("/").text
    assert post(client, "/messages/read").location == "/messages"
    assert "条未读" not in client.get("/").text


def test_the_data_are_a_zip_for_their_person(client: FlaskClient, student: User) -> None:
    answer = post(client, "/me/data.zip")
    assert answer.content_type == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        page = archive.read("data.html").decode()
        assert "张三锋" in archive.read("data.json").decode()
    assert "张三锋" in page
    assert "账号与学籍" in page


def test_a_later_version_of_the_consent_text_is_asked_for_once(
    client_for: ClientFor, school: SchoolInfo, student: User
) -> None:
    with school_scope(school.id) as session:
        session.execute(update(Consent).values(version="earlier"))
        session.commit()
    client = client_for(school)
    client.get("/login")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    client.post("/login", data={"csrf_token": token[1], "account": student.student_no, "password": GOOD})
    assert client.get("/courses").location == "/privacy?next=/courses"
    page = client.get("/privacy?next=/courses").text
    assert "我已阅读并同意" in page
    assert post_from(client, "/privacy", next="/courses").location == "/courses"
    assert client.get("/courses").status_code == 200
    with school_scope(school.id) as session:
        assert VERSION in session.scalars(select(Consent.version).where(Consent.user_id == student.id)).all()


def post_from(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Send a form with the token of its own page, where the others are not to be reached."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token is not None
    return client.post(path, data={"csrf_token": token[1]} | fields)


def test_the_text_is_there_for_everyone_to_read(client_for: ClientFor, school: SchoolInfo) -> None:
    page = client_for(school).get("/privacy")
    assert page.status_code == 200
    assert "您的权利" in page.text
    assert "我已阅读并同意" not in page.text
