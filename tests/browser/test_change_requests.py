"""学生信息修改, the second way (manual 4.4): requested on the student side, approved in 学籍信息审核."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.browser import PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture
def student(school: SchoolInfo, make_user: Callable[..., User]) -> User:
    return make_user(school, real_name="林晓满", entry_year=2024, study_years=5, must_change_password=False)


@pytest.fixture
def office(
    browser: Browser, live_server: LiveServer, school: SchoolInfo, make_user: Callable[..., User]
) -> Page:
    """The administrator's browser."""
    context = open_browser(browser)
    administrator = make_user(school, "administrator", real_name="方明远", must_change_password=False)
    log_in(context, live_server.app, school, administrator)
    return context.new_page()


def test_a_student_asks_the_administrator_approves_and_the_student_sees_it(
    live_server: LiveServer,
    browser_context: BrowserContext,
    page: Page,
    office: Page,
    school: SchoolInfo,
    student: User,
    tmp_path: Path,
) -> None:
    proof = tmp_path / "身份证.jpg"
    Image.new("RGB", (900, 600), "#dfe8f5").save(proof)
    log_in(browser_context, live_server.app, school, student)
    page.goto(live_server.url(school, "/me"))
    page.get_by_role("link", name="申请修改").click()
    page.get_by_label("真实姓名").fill("林小满")
    page.get_by_label("修改原因").fill("名字中的“小”录成了“晓”")
    page.locator("input[type=file]").set_input_files(proof)
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("待审核")).to_be_visible()

    office.goto(live_server.url(school, "/manage/"))
    office.get_by_role("link", name="学籍信息审核").first.click()
    row = office.get_by_role("row", name=student.student_no)
    expect(row).to_contain_text("真实姓名")
    row.get_by_role("link", name="审核").click()
    expect(office.get_by_role("cell", name="林晓满")).to_be_visible()
    expect(office.get_by_role("cell", name="林小满")).to_be_visible()
    picture = office.get_by_role("img", name="身份证.webp")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 900)
    assert serious_findings(office) == []
    office.get_by_role("button", name="通过", exact=True).click()
    expect(office.get_by_text("已通过，学生信息已修改")).to_be_visible()

    page.goto(live_server.url(school))
    page.get_by_role("link", name="消息，1 条未读").click()
    expect(page.get_by_role("heading", name="您的信息修改申请已通过")).to_be_visible()
    expect(page.get_by_text("已按您的申请修改：真实姓名")).to_be_visible()
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的信息")
    expect(page.locator("dd", has_text="林小满")).to_be_visible()
    expect(page.get_by_role("link", name="消息", exact=True)).to_be_visible()


def test_the_pages_fit_a_phone_and_everybody(
    live_server: LiveServer, browser_context: BrowserContext, page: Page, school: SchoolInfo, student: User
) -> None:
    log_in(browser_context, live_server.app, school, student)
    page.set_viewport_size(PHONE)
    for path in ("/me", "/me/requests", "/me/requests/new", "/messages", "/privacy"):
        page.goto(live_server.url(school, path))
        assert sideways(page) <= 0, path
        assert serious_findings(page) == [], path
