"""A student's first day, on a desktop and on a phone: first login, new password, catalogue, registering, calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from app.models import User
from app.services.shared.password_hashes import hash_password
from tenants.registry import SchoolInfo
from tests.support.browser import DESKTOP, PHONE, serious_findings, sideways
from tests.support.courses import put_course, put_offering, put_registration
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

FIRST = "first-password-of-2026"
OWN = "correct-horse-battery"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_students_first_day(
    live_server: LiveServer,
    page: Page,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: Callable[..., User],
    size: dict[str, int],
) -> None:
    today = datetime.now(UTC).date()
    student = make_user(school, real_name="林小满", password_hash=hash_password(FIRST))
    title, full_title = f"解剖学{student.id}", f"生理学{student.id}"
    put_offering(alliance, school, put_course(alliance, title=title), today=today)
    full = put_offering(alliance, school, put_course(alliance, title=full_title), today=today, seats=1)
    put_registration(school, full, make_user(school))
    page.set_viewport_size({"width": size["width"], "height": size["height"]})

    page.goto(live_server.url(school, "/login"))
    page.get_by_label("账号").fill(student.student_no or "")
    page.get_by_label("密码", exact=True).fill(FIRST)
    page.locator("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="设置新密码")).to_be_visible()
    page.get_by_label("当前密码").fill(FIRST)
    page.get_by_label("新密码", exact=True).fill(OWN)
    page.get_by_label("再次输入新密码").fill(OWN)
    page.get_by_role("checkbox", name=re.compile("我已阅读并同意")).check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("密码已修改")).to_be_visible()

    page.goto(live_server.url(school, "/courses"))
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="报名").click()
    expect(page.get_by_role("status").get_by_text("报名成功")).to_be_visible()

    page.goto(live_server.url(school, "/courses"))
    page.get_by_role("link", name=full_title).click()
    page.get_by_role("button", name="加入候补").click()
    expect(page.get_by_text("您在候补第 1 位").first).to_be_visible()

    page.goto(live_server.url(school, "/my/courses"))
    expect(page.get_by_role("heading", name="即将开课")).to_be_visible()
    expect(page.get_by_text("候补第 1 位")).to_be_visible()
    expect(page.get_by_role("heading", name="接下来")).to_be_visible()
    assert sideways(page) == 0
    assert serious_findings(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="下载日历文件").click()
    events = Calendar.from_ical(Path(download.value.path()).read_bytes()).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == [
        f"退课截止：{title}", f"开课：{title}", f"结课：{title}",
    ]  # fmt: skip
    page.get_by_role("button", name="生成订阅地址").click()
    address = page.get_by_label("订阅地址").input_value()
    # As a calendar program asks: without the session.
    asked = "async (address) => (await fetch(address, {credentials: 'omit'})).headers.get('content-type')"
    assert page.evaluate(asked, address) == "text/calendar; charset=utf-8"
    page.get_by_role("button", name="退出候补").click()
    page.get_by_role("dialog").get_by_role("button", name="退出候补").click()
    expect(page.get_by_role("status").get_by_text("已退出候补")).to_be_visible()
