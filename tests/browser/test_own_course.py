"""本校慕课上线与下线 (manual 7.3): written, submitted, refused, corrected, approved, revised, taken off."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.browser import DESKTOP, PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser
TITLE = "床旁超声入门"


@pytest.fixture
def office(
    browser: Browser, app: Flask, school: SchoolInfo, make_user: Callable[..., User]
) -> Iterator[Page]:
    """The administrator's browser."""
    context = open_browser(browser)
    administrator = make_user(school, "administrator", real_name="方明远", must_change_password=False)
    log_in(context, app, school, administrator)
    yield context.new_page()
    context.close()


def submit(page: Page, button: str = "未通过") -> None:
    """Click the status, read the dialog of the manual, confirm."""
    page.get_by_role("button", name=button, exact=True).click()
    dialog = page.get_by_role("dialog", name="课程提交审核确认")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="确认", exact=True).click()


def fill_details(page: Page) -> None:
    page.get_by_role("link", name="详细信息", exact=True).first.click()
    page.get_by_role("textbox", name="课程介绍").fill("以真实录像练习判读。")
    page.get_by_label("学时").fill("16")
    page.locator("#content").get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存", exact=True)).to_be_visible()
    for label, day in (
        ("课程开始时间", "2030-09-01"),
        ("课程结束时间", "2030-12-31"),
        ("课程注册开始时间", "2020-08-01"),
        ("课程注册结束时间", "2030-09-15"),
    ):
        page.get_by_label(label, exact=False).fill(day)
    page.locator("#dates").get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存", exact=True)).to_be_visible()


def test_an_own_course_goes_online_is_revised_and_taken_off(
    live_server: LiveServer,
    browser_context: BrowserContext,
    page: Page,
    office: Page,
    school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    teacher = make_user(school, kind="teacher", real_name="沈若兰", must_change_password=False)
    log_in(browser_context, live_server.app, school, teacher)
    page.goto(live_server.url(school, "/manage/"))
    page.get_by_role("link", name="慕课列表").first.click()
    page.get_by_role("link", name="新建课程").first.click()
    page.get_by_label("课程名称").fill(TITLE)
    page.get_by_label("学科门类").select_option("临床医学")
    page.get_by_role("button", name="新建课程").click()
    todo = page.locator(".alert", has_text="提交审核之前还需要：")
    for missing in ("请填写课程简介", "请填写学时", "请填写课程开始时间", "请填写评价设置"):
        expect(todo).to_contain_text(missing)
    submit(page)
    expect(page.get_by_text("还不能提交审核")).to_be_visible()
    page.get_by_label("授课教师").fill("沈若兰")
    page.get_by_label("课程简介").fill("四个切面，八个问题。")
    page.locator("#content").get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存", exact=True)).to_be_visible()
    fill_details(page)
    page.get_by_role("link", name="评价设置", exact=True).first.click()
    page.get_by_label("作业的占比").fill("40")
    page.get_by_label("期末考试的占比").fill("60")
    page.locator("#content").get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("课程已填写完整")).to_be_visible()
    assert serious_findings(page) == []
    submit(page)
    expect(page.locator(".page-actions")).to_contain_text("待审核")
    course_page = page.url

    office.goto(live_server.url(school, "/manage/"))
    office.get_by_role("link", name="课程审核").first.click()
    office.get_by_role("row", name=TITLE).get_by_role("link", name="审核").click()
    expect(office.get_by_role("heading", name="学生将看到的内容")).to_be_visible()
    expect(office.get_by_text("以真实录像练习判读。")).to_be_visible()
    assert serious_findings(office) == []
    office.get_by_label("不通过").check()
    office.get_by_role("button", name="保存", exact=True).click()
    expect(office.get_by_text("请填写不通过的原因，教师会看到")).to_be_visible()
    office.get_by_label("原因", exact=False).last.fill("请写明适合对象")
    office.get_by_role("button", name="保存", exact=True).click()
    expect(office.get_by_text("已标为不通过，教师会收到原因")).to_be_visible()

    page.goto(course_page)
    expect(page.get_by_text("原因：请写明适合对象")).to_be_visible()
    page.get_by_role("link", name="详细信息", exact=True).first.click()
    page.get_by_label("适合对象").fill("急诊规培学员")
    page.locator("#content").get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存", exact=True)).to_be_visible()
    submit(page)
    expect(page.locator(".page-actions")).to_contain_text("待审核")
    approve(office, live_server.url(school, "/manage/course-reviews/"))

    page.goto(live_server.url(school, "/courses"))
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)

    page.goto(course_page)
    page.get_by_label("课程简介").fill("五个切面，八个问题。")
    page.locator("#content").get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".page-actions")).to_contain_text("修订中")
    submit(page, "提交审核")
    expect(page.locator(".page-actions")).to_contain_text("修订待审核")
    page.goto(live_server.url(school, "/courses"))
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_text("四个切面，八个问题。")).to_be_visible()

    office.goto(live_server.url(school, "/manage/course-reviews/"))
    office.get_by_role("row", name=TITLE).get_by_role("link", name="审核").click()
    expect(office.locator(".diff-lines del")).to_contain_text("四")
    expect(office.locator(".diff-lines ins")).to_contain_text("五")
    office.set_viewport_size(PHONE)
    assert sideways(office) == 0
    office.set_viewport_size(DESKTOP)
    approve(office, live_server.url(school, "/manage/course-reviews/"))
    page.reload()
    expect(page.get_by_text("五个切面，八个问题。")).to_be_visible()

    office.goto(course_page)
    office.get_by_role("button", name="已通过", exact=True).click()
    dialog = office.get_by_role("dialog", name="课程审核确认")
    dialog.get_by_label("不通过").check()
    dialog.get_by_label("原因").fill("本学期不再开设")
    assert serious_findings(office) == []
    dialog.get_by_role("button", name="保存", exact=True).click()
    expect(office.get_by_text("已改为不通过，学生端不再显示该课程")).to_be_visible()
    page.reload()
    expect(page.get_by_text("五个切面，八个问题。")).to_be_hidden()


def approve(office: Page, reviews: str) -> None:
    """「审核」 → 通过 → 「保存」."""
    office.goto(reviews)
    office.get_by_role("row", name=TITLE).get_by_role("link", name="审核").click()
    office.get_by_label("通过", exact=False).first.check()
    office.get_by_role("button", name="保存", exact=True).click()
    expect(office.get_by_text("已通过，学生端现在可以看到该课程")).to_be_visible()
