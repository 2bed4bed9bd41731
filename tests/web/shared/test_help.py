"""The help: in the words of the school, and on the apex."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.context import Context
from app.services.schools.settings import RANDOM, change_first_passwords, change_settings
from app.uow import unit_of_work
from tenants.registry import SchoolInfo

MakeCtx = Callable[..., Context]
MakeClient = Callable[..., FlaskClient]


def test_the_help_knows_the_school(
    client_for: MakeClient, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    client = client_for(school)
    page = client.get("/help").text
    for said in (school.unit_code, school.name, "123456", "候补", "日历订阅", "联系学校"):
        assert said in page, said
    assert 'href="/help"' in client.get("/").text
    with unit_of_work(make_ctx(school)) as ctx:
        change_first_passwords(ctx, initial_password=RANDOM, slip_days=30)
        change_settings(ctx, mail_sender=None, help_contact="教务处 <010-1>")
    by_slips = client.get("/help").text
    assert "密码条" in by_slips
    assert "教务处 &lt;010-1&gt;" in by_slips
    assert "教务处 &lt;010-1&gt;" in client.get("/login").text
    assert "123456" not in by_slips
    assert "进入我的学校" in client_for(alliance).get("/help").text
