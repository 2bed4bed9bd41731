"""A teacher's two sides (manual, chapter 3), and the contents of their management side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.models import User
from app.services.shared.password_hashes import hash_password
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.browser import PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.live import LiveServer
from tests.support.teaching import Teaching

pytestmark = pytest.mark.browser

PASSWORD = "correct-horse-battery"


@pytest.fixture
def teachings(school: SchoolInfo, make_teaching: Callable[..., Teaching]) -> tuple[Teaching, Teaching]:
    """What is the teacher's and what is a colleague's; the teacher has chosen a password and accepted the terms."""
    today = datetime.now(UTC).date()
    mine, theirs = make_teaching(school, "甲", today=today), make_teaching(school, "乙", today=today)
    with school_scope(school.id) as session:
        session.get_one(User, (school.id, mine.teacher.id)).password_hash = hash_password(PASSWORD)
        session.commit()
    return mine, theirs


def test_a_teacher_enters_his_side_sees_what_is_his_and_goes_back_by_the_logo(
    live_server: LiveServer, page: Page, school: SchoolInfo, teachings: tuple[Teaching, Teaching]
) -> None:
    mine, theirs = teachings
    page.goto(live_server.url(school, "/login"))
    page.get_by_label("账号").fill(mine.teacher.login_name or "")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    accept = page.locator("main").get_by_role("button", name="同意")
    expect(page.locator(".menu-button").or_(accept).first).to_be_visible()
    if accept.is_visible():
        accept.click()
    page.goto(live_server.url(school))
    page.locator(".menu-button").hover()
    page.get_by_role("link", name="教师端").click()
    main = page.locator("main")
    expect(main.get_by_role("link", name="甲班", exact=True)).to_be_visible()
    expect(main.get_by_role("link", name="甲课")).to_be_visible()
    expect(main).not_to_contain_text("乙")
    expect(page.get_by_role("navigation", name="管理菜单").get_by_role("link")).to_have_text(
        ["首页", "班级管理", "慕课列表"]
    )
    main.get_by_role("link", name="甲班", exact=True).click()
    row = main.get_by_role("row").filter(has_text="甲没来")
    expect(row).to_contain_text("从未登录")
    main.get_by_label("查找本班学生").fill("甲来过")
    main.get_by_role("button", name="查询").click()
    expect(main.locator("tbody tr")).to_have_count(1)
    main.get_by_role("link", name="课程注册").click()
    main.locator("a.strong").filter(has_text="甲课").click()
    expect(main.get_by_role("row").filter(has_text="甲来过")).to_contain_text("已注册")
    expect(main.get_by_role("row").filter(has_text="甲没来")).to_contain_text("未注册")
    answer = page.goto(live_server.url(school, f"/manage/classes/{theirs.class_id}/"))
    assert answer is not None
    assert answer.status == 404
    page.goto(live_server.url(school, "/manage/"))
    page.get_by_title("返回学生端").click()
    expect(page).to_have_url(live_server.url(school))


def test_the_sides_are_switched_by_touch_and_the_pages_fit_a_phone(
    live_server: LiveServer,
    app: Flask,
    browser: Browser,
    school: SchoolInfo,
    teachings: tuple[Teaching, Teaching],
) -> None:
    mine, _theirs = teachings
    phone = open_browser(browser, viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    log_in(phone, app, school, mine.teacher)
    page = phone.new_page()
    page.goto(live_server.url(school))
    manage = page.get_by_role("link", name="教师端")
    expect(manage).to_be_hidden()
    page.locator(".menu-button").tap()
    expect(manage).to_be_visible()
    page.locator(".menu-button").tap()
    expect(manage).to_be_hidden()
    page.locator(".menu-button").tap()
    manage.tap()
    page.wait_for_url("**/manage/")
    troubles = []
    for path in (
        "",
        f"classes/{mine.class_id}/",
        f"classes/{mine.class_id}/courses/",
        f"classes/{mine.class_id}/courses/{mine.offering.id}/",
        f"offerings/{mine.offering.id}/",
    ):
        page.goto(live_server.url(school, f"/manage/{path}"))
        troubles += [f"{path}: {finding}" for finding in serious_findings(page)]
        if sideways(page):
            troubles.append(f"{path}: {sideways(page)} pixels sideways")
    assert troubles == []
    page.locator(".menu-button").tap()
    page.get_by_role("link", name="学生端", exact=True).tap()
    page.wait_for_url(live_server.url(school))
    page.goto(live_server.url(school, "/my/teaching"))
    # Both dates stand in the card's second column, the dash between them, too.
    first, last = (page.locator("td:has(.nowrap + .nowrap) .nowrap").nth(n).bounding_box() for n in (0, 1))
    assert first is not None
    assert last is not None
    assert last["y"] == first["y"]
    # The four entries of a teacher's menu stay on one line each.
    heights = page.locator(".site-nav a").evaluate_all(
        "all => all.map(a => a.scrollHeight <= a.clientHeight)"
    )
    assert heights == [True] * 4
    phone.close()
