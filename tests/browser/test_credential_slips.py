"""Chapter 4 of the manual with random first passwords: an administrator prints slips, a student logs in with one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from app.models import SchoolClass, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.browser import PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

OWN = "calm-river-42"
CLASS = "临床医学一班"


def enter(page: Page, address: str, account: str, password: str) -> None:
    """Fill in the login form and send it."""
    page.goto(address)
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="登录").click()


def password_in(text: str, student_no: str) -> str:
    """The one-time password on the slip of this 学号."""
    found = re.search(student_no + r"\s+一次性密码\s+((?:[2-9A-Z]{4}-){2}[2-9A-Z]{4})", text)
    assert found is not None, text
    return found[1]


def test_a_school_switches_to_slips_prints_a_class_and_a_student_enters_with_his(
    live_server: LiveServer,
    app: Flask,
    browser: Browser,
    browser_context: BrowserContext,
    page: Page,
    school: SchoolInfo,
    make_user: Callable[..., User],
    tmp_path: Path,
) -> None:
    with school_scope(school.id) as session:
        group = SchoolClass(school_id=school.id, number="1", name=CLASS, entry_year=2026)
        session.add(group)
        session.commit()
        class_id = group.id
    students = [make_user(school, class_id=class_id) for _ in range(9)]
    student = students[0]
    administrator = make_user(school, "administrator", must_change_password=False, password_hash="x")
    log_in(browser_context, app, school, administrator)

    # 系统管理 → 学校设置: random passwords from now on.
    page.goto(live_server.url(school, "/manage/"))
    page.get_by_role("link", name="学校设置").first.click()
    page.get_by_label(re.compile("随机生成，用密码条发放")).check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    assert serious_findings(page) == []

    # 系统管理 → 密码条: the class, the question, the file.
    page.get_by_role("link", name="密码条", exact=True).first.click()
    expect(page.get_by_role("row", name=re.compile(CLASS))).to_contain_text("9")
    assert serious_findings(page) == []
    page.get_by_role("link", name=f"生成密码条：{CLASS}").click()
    expect(
        page.get_by_text("将为 9 名未激活的学生生成新的一次性密码，此前发出的密码条作废。")
    ).to_be_visible()
    assert serious_findings(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="生成并下载 PDF").click()
    download.value.save_as(tmp_path / "slips.pdf")
    pages = [one.extract_text() for one in PdfReader(tmp_path / "slips.pdf").pages]
    assert len(pages) == 2
    assert live_server.url(school, "/login") in pages[0]

    # On a phone nothing of these pages lies outside the window.
    page.set_viewport_size(PHONE)
    for path in ("/manage/settings/", "/manage/slips/", f"/manage/slips/confirm?class_id={class_id}"):
        page.goto(live_server.url(school, path))
        assert sideways(page) == 0, path

    # The student: the rule's password is refused, the slip's leads to an own one.
    context = open_browser(browser)
    desk = context.new_page()
    address = live_server.url(school, "/login")
    enter(desk, address, student.student_no or "", "123456")
    expect(desk.get_by_text("账号或密码不正确")).to_be_visible()
    secret = password_in("\n".join(pages), student.student_no or "")
    enter(desk, address, student.student_no or "", secret.lower().replace("-", ""))
    expect(desk.get_by_role("heading", name="设置新密码")).to_be_visible()
    desk.goto(live_server.url(school, "/my/courses"))
    expect(desk.get_by_role("heading", name="设置新密码")).to_be_visible()
    desk.get_by_label("当前密码").fill(secret)
    desk.get_by_label("新密码", exact=True).fill(OWN)
    desk.get_by_label("再次输入新密码").fill(OWN)
    desk.get_by_role("checkbox", name=re.compile("我已阅读并同意")).check()
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_text("密码已修改")).to_be_visible()

    # The slip is used up.
    context.clear_cookies()
    enter(desk, address, student.student_no or "", secret)
    expect(desk.get_by_text("账号或密码不正确")).to_be_visible()
    context.close()
