"""学校设置 through its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.context import Context
from app.models import User
from app.services.schools.settings import get_settings
from tenants.registry import SchoolInfo
from tests.support.pages import post

MakeUser = Callable[..., User]


def test_the_settings_say_what_a_change_means_and_are_saved(
    office: FlaskClient, school: SchoolInfo, make_ctx: Callable[..., Context], make_user: MakeUser
) -> None:
    make_user(school)
    page = office.get("/manage/settings/").text
    assert "身份证号后六位，没有身份证号的为 123456" in page
    assert "现有 1 个" in page
    answer = post(
        office,
        "/manage/settings/",
        initial_password="random",
        slip_days="14",
        mail_sender="明德教务处",
        help_contact="教务处 010-12345678",
    )
    assert answer.status_code == 303
    settings = get_settings(make_ctx(school))
    assert (settings.initial_password, settings.slip_days, settings.mail_sender) == (
        "random",
        14,
        "明德教务处",
    )
    page = office.get("/manage/settings/").text
    assert 'value="明德教务处"' in page
    assert 'value="教务处 010-12345678"' in page
    assert "打印密码条" in page


@pytest.mark.parametrize(
    "fields", [{"slip_days": "0"}, {"slip_days": ""}, {"slip_days": "x"}, {"initial_password": "y"}]
)
def test_a_setting_that_cannot_be_stays_in_the_form_with_its_reason(
    office: FlaskClient, school: SchoolInfo, make_ctx: Callable[..., Context], fields: dict[str, str]
) -> None:
    given = {"initial_password": "random", "slip_days": "30", "mail_sender": ""} | fields
    answer = post(office, "/manage/settings/", **given)
    assert answer.status_code == 200
    assert 'class="error"' in answer.text
    assert get_settings(make_ctx(school)).initial_password == "rule"
