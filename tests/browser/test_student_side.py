"""A student's pages, and their layout on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.models import CourseOffering, User
from app.services.shared.password_hashes import hash_password
from tenants.registry import SchoolInfo
from tests.support.browser import PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.courses import days, put_course, put_offering
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

PASSWORD = "correct-horse-battery"


def today() -> date:
    """The day by the clock of the running server (Shanghai is at most a day ahead, the dates below leave room)."""
    return datetime.now(UTC).date()


@pytest.fixture
def offering(alliance: SchoolInfo, school: SchoolInfo) -> CourseOffering:
    """A course that is open for registration now."""
    course = put_course(
        alliance,
        title=f"循证医学{school.unit_code}",
        title_pinyin="xunzhengyixue",
        title_initials="xzyx",
        description="<p>从问题到证据。</p><h3>您将学到</h3><ul><li>检索</li><li>评价</li></ul>",
    )
    return put_offering(alliance, school, course, today=today())


@pytest.fixture
def student(school: SchoolInfo, make_user: Callable[..., User]) -> User:
    """A student who has chosen a password."""
    return make_user(
        school, real_name="林小满", must_change_password=False, password_hash=hash_password(PASSWORD)
    )


def test_a_student_browses_logs_in_registers_and_withdraws(
    live_server: LiveServer, page: Page, school: SchoolInfo, offering: CourseOffering, student: User
) -> None:
    page.goto(live_server.url(school))
    page.get_by_role("link", name=f"循证医学{school.unit_code}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"循证医学{school.unit_code}")
    page.get_by_role("link", name="登录后报名").click()
    page.get_by_label("账号").fill(student.student_no or "")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    expect(page).to_have_url(live_server.url(school, f"/courses/{offering.id}"))
    page.get_by_role("button", name="报名").click()
    expect(page.get_by_role("status").get_by_text("报名成功")).to_be_visible()
    expect(page.locator("main, .hero").get_by_text("已报名")).to_be_visible()
    page.get_by_role("link", name="我的课程").click()
    # Its card, and the days that it has ahead, lead there.
    page.get_by_role("heading", level=3).get_by_role("link", name=f"循证医学{school.unit_code}").click()
    page.get_by_role("button", name="退选").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"将退选课程“循证医学{school.unit_code}”")
    dialog.get_by_role("button", name="退选").click()
    expect(page.get_by_role("button", name="报名")).to_be_visible()
    page.get_by_role("link", name="我的课程").click()
    expect(page.get_by_text("您还没有报名课程")).to_be_visible()


def test_the_catalogue_answers_while_one_types_and_keeps_the_address(
    live_server: LiveServer, page: Page, alliance: SchoolInfo, school: SchoolInfo, offering: CourseOffering
) -> None:
    put_offering(alliance, school, put_course(alliance, title="医学伦理学", category="人文"), today=today())
    page.goto(live_server.url(school, "/courses"))
    expect(page.locator(".course-card")).to_have_count(2)
    page.get_by_role("searchbox").press_sequentially("xzyx", delay=30)
    expect(page.locator(".course-card")).to_have_count(1)
    expect(page.locator("#course-count")).to_have_text("共 1 门课程")
    expect(page).to_have_url(live_server.url(school, "/courses?q=xzyx"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.reload()
    expect(page.locator(".course-card")).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("navigation", name="学科").get_by_role("link", name="人文").click()
    expect(page.get_by_role("link", name="医学伦理学")).to_be_visible()
    expect(page.locator(".course-card")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/courses\?category="))
    page.get_by_role("searchbox").fill("没有这样的课")
    expect(page.get_by_text("没有找到符合条件的课程")).to_be_visible()


def test_the_catalogue_searches_without_script(
    live_server: LiveServer, browser_context: BrowserContext, school: SchoolInfo, offering: CourseOffering
) -> None:
    assert browser_context.browser is not None
    context = open_browser(browser_context.browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url(school, "/courses"))
    page.get_by_role("searchbox").fill("循证")
    page.get_by_role("button", name="查询").click()
    expect(page).to_have_url(re.compile(r"/courses\?q="))
    expect(page.locator(".course-card")).to_have_count(1)
    context.close()


def test_a_member_school_is_found_by_typing_and_entered(
    live_server: LiveServer, page: Page, make_school: Callable[..., SchoolInfo]
) -> None:
    school = make_school(name="镜湖医学院", name_pinyin="jinghuyixueyuan", name_initials="jhyxy")
    page.goto(live_server.url(None, "/members"))
    page.get_by_role("searchbox").press_sequentially("jhyx", delay=30)
    expect(page.locator(".school-card")).to_have_count(1)
    page.get_by_role("link", name="镜湖医学院").click()
    expect(page).to_have_url(live_server.url(school))
    expect(page.get_by_role("heading", level=1)).to_have_text("镜湖医学院")


def test_the_pages_of_courses_fit_a_phone_and_satisfy_axe(
    live_server: LiveServer,
    app: Flask,
    browser_context: BrowserContext,
    page: Page,
    alliance: SchoolInfo,
    school: SchoolInfo,
    offering: CourseOffering,
    student: User,
) -> None:
    long = put_course(
        alliance, title="很长" * 15 + "AnUnbreakablyLongLatinWordInATitle" * 2, teachers="教师" * 60
    )
    late = put_offering(
        alliance,
        school,
        long,
        registration_starts_on=days(9, today()),
        registration_ends_on=days(10, today()),
    )
    apex, host = live_server.url(None, ""), live_server.url(school, "")
    addresses = [
        f"{apex}/",
        f"{apex}/courses",
        f"{apex}/courses/{long.id}",
        f"{apex}/courses?q=zzz",
        f"{apex}/members",
    ]
    addresses += [f"{host}/", f"{host}/courses", f"{host}/courses/{offering.id}", f"{host}/courses/{late.id}"]
    trouble = _troubles(page, addresses)
    log_in(browser_context, app, school, student)
    own = [
        f"{host}/",
        f"{host}/my/courses",
        f"{host}/me",
        f"{host}/courses/{offering.id}",
        f"{host}/courses/{late.id}",
    ]
    trouble += _troubles(page, own)
    assert trouble == []


def _troubles(page: Page, addresses: list[str]) -> list[str]:
    found = []
    for address in addresses:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            found += [f"{address} ({scheme}): {finding}" for finding in serious_findings(page)]
            if sideways(page) > 0:
                found.append(f"{address}: {sideways(page)} pixels sideways")
    return found
