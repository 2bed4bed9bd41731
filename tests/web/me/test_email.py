"""A mail address is confirmed by the link in its mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from app.models import Mail, User
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.login_forms import send_form
from tests.support.pages import post
from tests.support.rows import stored_row

ClientFor = Callable[..., FlaskClient]


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
    link = stored_row(school, Mail, user_id=student.id).params["link"]
    elsewhere = client_for(school)
    assert "new@example.com" in elsewhere.get(link).text
    assert stored_row(school, User, id=student.id).email is None, "opening alone does nothing"
    assert elsewhere.get(_tampered(link)).status_code == 410
    done = send_form(elsewhere, link, page=link)
    assert "邮箱已确认" in done.text
    assert stored_row(school, User, id=student.id).email == "new@example.com"
    assert post(client, link).status_code == 410


def test_an_old_link_is_void(app: Flask, client: FlaskClient, school: SchoolInfo, student: User) -> None:
    post(client, "/me/email", email="new@example.com")
    link = stored_row(school, Mail, user_id=student.id).params["link"]
    app.extensions["spoc_clock"] = lambda: NOW + timedelta(hours=49)
    assert client.get(link).status_code == 410


def test_a_link_is_void_at_another_school(
    client: FlaskClient, client_for: ClientFor, school: SchoolInfo, other_school: SchoolInfo, student: User
) -> None:
    post(client, "/me/email", email="new@example.com")
    link = stored_row(school, Mail, user_id=student.id).params["link"]
    answer = client_for(other_school).get(link)
    assert answer.status_code == 410
