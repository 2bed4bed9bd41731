"""教务管理 → 班级管理 by the manual's steps: 8.1 adding a class, 8.2 its students, 8.3 its courses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.browser import PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.courses import days, put_course, put_offering
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

MakeUser = Callable[..., User]


def test_a_class_is_made_filled_and_registered_and_its_student_has_the_course(
    live_server: LiveServer,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: MakeUser,
    browser: Browser,
    browser_context: BrowserContext,
    page: Page,
) -> None:
    chief = make_user(school, "administrator", must_change_password=False, real_name="林主任")
    make_user(school, "teacher", real_name="顾清远", name_pinyin="guqingyuan", name_initials="gqy")
    student = make_user(school, real_name="夏初晴", must_change_password=False)
    make_user(school, real_name="多余生", must_change_password=False)
    # By the clock of the running server; the students' own registration has not begun.
    now = datetime.now(UTC).date()
    window = {"registration_starts_on": days(5, now), "registration_ends_on": days(9, now)}
    put_offering(alliance, school, put_course(school, title="内科学见习"), today=now, **window)
    log_in(browser_context, live_server.app, school, chief)

    # 8.1 教务管理→班级管理→添加→按照要求填写班级信息→为班级选择一位班主任（助教）→点击保存
    page.goto(live_server.url(school, "/manage/"))
    page.get_by_role("link", name="班级管理").first.click()
    page.get_by_role("link", name="添加", exact=True).click()
    page.get_by_label("班级名称").fill("临床一班")
    page.get_by_label("入学年份").fill("2026")
    page.get_by_label("所属专业").fill("临床医学")
    page.get_by_label("班主任（助教）").fill("guqingyuan")
    assert serious_findings(page) == []
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("临床一班")
    expect(page.locator("#toasts")).to_contain_text("班级编号 2026001")

    # 8.2 选择一个班级→点击“关联学生”: 输入学生信息，查找到该学生。勾选上该学生信息，点击“关联”。
    page.get_by_role("link", name="关联学生").click()
    for name in ("夏初晴", "多余生"):
        page.get_by_label("输入学生信息").fill(name)
        page.get_by_role("button", name="查询").click()
        page.get_by_role("checkbox", name=f"选择 {name}").check()
    assert serious_findings(page) == []
    page.get_by_role("button", name="关联", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("已关联 2 名学生")

    # 删除班级内学生：在“已关联学生”名单中查找需要删除的学生，点击“删除”即可。
    expect(page.get_by_role("link", name="已关联学生")).to_have_attribute("aria-current", "page")
    page.get_by_label("输入学生信息").fill("多余生")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("checkbox", name="选择 多余生").check()
    page.get_by_role("button", name="删除", exact=True).click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("将把 1 名学生移出班级")
    dialog.get_by_role("button", name="删除").click()
    expect(page.locator("#toasts")).to_contain_text("已把 1 名学生移出班级")
    page.set_viewport_size(PHONE)
    assert not sideways(page)

    # 8.3 选择一个班级→点击“选课”: 勾选一门课程，点击“选择课程”即可。
    page.get_by_role("link", name="临床一班").first.click()
    page.get_by_role("link", name="选课", exact=True).click()
    page.get_by_role("checkbox", name="选择 内科学见习").check()
    assert not sideways(page)
    page.get_by_role("button", name="选择课程").click()
    dialog.get_by_role("button", name="选择课程").click()
    expect(page.locator("#toasts")).to_contain_text("新注册 1 人")
    expect(page.get_by_role("row", name="内科学见习")).to_be_visible()
    assert not sideways(page)
    assert serious_findings(page) == []

    # The student logs in and has it.
    other = open_browser(browser)
    log_in(other, live_server.app, school, student)
    mine = other.new_page()
    mine.goto(live_server.url(school, "/my/courses"))
    expect(mine.locator("main")).to_contain_text("内科学见习")
    other.close()
