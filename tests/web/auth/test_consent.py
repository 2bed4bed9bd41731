"""The text about people's data: asked for once a version, and there for everyone."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.models import Consent, User
from app.rules.auth.consent import VERSION
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.login_forms import GOOD, send_form

ClientFor = Callable[..., FlaskClient]


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
    assert send_form(client, "/privacy", page="/privacy", next="/courses").location == "/courses"
    assert client.get("/courses").status_code == 200
    with school_scope(school.id) as session:
        assert VERSION in session.scalars(select(Consent.version).where(Consent.user_id == student.id)).all()


def test_the_text_is_there_for_everyone_to_read(client_for: ClientFor, school: SchoolInfo) -> None:
    page = client_for(school).get("/privacy")
    assert page.status_code == 200
    assert "您的权利" in page.text
    assert "我已阅读并同意" not in page.text
