"""The manual's steps 7.2 and 7.3 for an alliance course: staff, dates, 「上线」, a student, 「下线」, 再次开课."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.browser import PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.courses import put_course, put_offering
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

TITLE = "循证护理实践"


def test_staff_dates_online_and_offline_as_the_manual_says(
    live_server: LiveServer,
    app: Flask,
    browser: Browser,
    page: Page,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    own = {"must_change_password": False, "password_hash": "x"}
    office = make_user(school, "administrator", **own)
    student = make_user(school, **own)
    make_user(school, "teacher", real_name="林素问", name_pinyin="linsuwen")
    make_user(school, "teacher", real_name="赵灵枢", name_pinyin="zhaolingshu")
    none: dict[str, date | None] = dict.fromkeys(
        ("starts_on", "ends_on", "registration_starts_on", "registration_ends_on")
    )
    put_offering(alliance, school, put_course(alliance, title=TITLE), status="unhandled", **none)
    log_in(page.context, app, school, office)

    # 7.2: 课程管理 → 慕课列表 → a course → 指定运营教师.
    page.goto(live_server.url(school, "/manage/"))
    page.get_by_role("link", name="慕课列表").first.click()
    row = page.get_by_role("row").filter(has_text=TITLE)
    expect(row).to_contain_text("待提交")
    row.get_by_role("link", name="指定运营教师").click()
    main = page.locator("main")
    main.get_by_role("link", name="指定运营教师").click()
    main.get_by_label("查找教师").fill("林素问")
    main.get_by_role("button", name="查询").click()
    main.get_by_role("row").filter(has_text="林素问").get_by_role("button", name="指定").click()
    expect(main.locator(".card").filter(has_text="运营教师").first).to_contain_text("林素问")
    # 教师设置 → 关联本校教师 → 现有用户 → find → 助教 → 保存.
    main.get_by_role("link", name="关联本校教师").click()
    expect(main.get_by_role("link", name="现有用户")).to_be_visible()
    main.get_by_label("查找教师").fill("zhao")
    main.get_by_role("button", name="查询").click()
    main.get_by_role("checkbox", name="将 赵灵枢 设为助教").check()
    main.get_by_role("button", name="保存").click()
    expect(main.get_by_role("row").filter(has_text="赵灵枢")).to_be_visible()
    assert serious_findings(page) == []

    # 7.3: 详细信息 → dates → 「上线」 → 「确定」 → 「已上线」.
    today = datetime.now(UTC).date()
    main.get_by_role("link", name="详细信息").click()
    for label, day in (
        ("课程开始时间", today + timedelta(days=10)),
        ("课程结束时间", today + timedelta(days=90)),
        ("课程注册开始时间", today - timedelta(days=1)),
        ("课程注册结束时间", today + timedelta(days=9)),
    ):
        main.get_by_label(label).fill(day.isoformat())
    main.get_by_role("button", name="上线").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(main.get_by_text("已上线").first).to_be_visible()

    phone = open_browser(browser, viewport=PHONE)
    try:
        log_in(phone, app, school, student)
        seen = phone.new_page()
        seen.goto(live_server.url(school, "/courses"))
        expect(seen.get_by_role("link", name=TITLE)).to_be_visible()
        main.get_by_role("button", name="下线").click()
        page.get_by_role("dialog").get_by_role("button", name="确定").click()
        expect(main.get_by_text("已下线").first).to_be_visible()
        seen.reload()
        expect(seen.get_by_role("link", name=TITLE)).to_have_count(0)
    finally:
        phone.close()
    # Once more in another term; one that was opened by mistake is taken back.
    terms = main.get_by_role("navigation", name="学期").get_by_role("link")
    main.get_by_role("button", name="再次开课").click()
    page.get_by_role("dialog").get_by_role("button", name="再次开课").click()
    expect(main.get_by_text("待提交").first).to_be_visible()
    expect(terms).to_have_count(2)
    main.get_by_role("button", name="取消开课").click()
    page.get_by_role("dialog").get_by_role("button", name="取消开课").click()
    expect(page.get_by_text("已取消该学期的开课")).to_be_visible()
    expect(terms).to_have_count(1)
    expect(main.get_by_text("已下线").first).to_be_visible()

    page.set_viewport_size(PHONE)
    for tab in ("教师设置", "评价设置", "详细信息"):
        main.get_by_role("link", name=tab).click()
        expect(main.get_by_role("heading", level=1)).to_contain_text(TITLE)
        assert sideways(page) <= 0
