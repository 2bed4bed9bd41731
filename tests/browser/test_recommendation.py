"""A recommendation from end to end: from a school's 推荐 by 采纳 and a licence to another school's students."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.models import User
from tenants.registry import SchoolInfo
from tests.browser.test_student_side import today
from tests.support.browser import DESKTOP, PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.live import LiveServer
from tests.support.own_courses import Own

pytestmark = pytest.mark.browser

NAMES = {"administrator": "方明远", "secretary": "林静", "student": "沈小满"}


@pytest.fixture
def page_of(
    browser: Browser, app: Flask, make_user: Callable[..., User]
) -> Iterator[Callable[[SchoolInfo, str], Page]]:
    """A browser of each person: ``page_of(school, "administrator")``."""
    contexts = []

    def make(school: SchoolInfo, kind: str) -> Page:
        context = open_browser(browser)
        contexts.append(context)
        who = {"real_name": NAMES[kind], "must_change_password": False, "password_hash": "x"}
        log_in(context, app, school, make_user(school, kind, **who))
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def test_a_recommended_course_comes_to_the_students_of_another_school(
    live_server: LiveServer,
    page_of: Callable[[SchoolInfo, str], Page],
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    own_course: Callable[..., Own],
) -> None:
    title = f"推荐往返{school.unit_code}"
    own = own_course(school, title=title).approved()

    # 慕课列表 → the course → 「推荐」.
    office = page_of(school, "administrator")
    office.goto(live_server.url(school, f"/manage/offerings/{own.offering_id}/"))
    office.get_by_role("button", name="推荐", exact=True).click()
    dialog = office.get_by_role("dialog", name="推荐给联盟秘书处")
    dialog.get_by_label("推荐说明").fill("省级一流课程")
    dialog.get_by_role("button", name="推荐", exact=True).click()
    expect(office.get_by_text("已推荐给联盟秘书处")).to_be_visible()

    # 联盟管理 → 推荐审核: the whole course, 「采纳」.
    desk = page_of(alliance, "secretary")
    desk.goto(live_server.url(path="/manage/"))
    desk.get_by_role("link", name="推荐审核").first.click()
    desk.get_by_role("link", name=title).click()
    main = desk.locator("main")
    for wanted in (school.name, "省级一流课程", "第一段", "作业占总评成绩的 40%"):
        expect(main).to_contain_text(wanted)
    assert serious_findings(desk) == []
    desk.set_viewport_size(PHONE)
    assert sideways(desk) == 0
    desk.set_viewport_size(DESKTOP)
    main.get_by_role("button", name="采纳", exact=True).click()
    expect(desk.get_by_text("已采纳，现在可以把这门课程授权给其他学校")).to_be_visible()

    # 课程授权: the course with its school, for another one.
    desk.goto(live_server.url(path="/manage/licences/new/"))
    desk.get_by_label("课程", exact=True).select_option(label=f"{title} · {school.name}")
    desk.get_by_label(other_school.name).check()
    main.get_by_role("button", name="授权", exact=True).click()
    expect(desk.get_by_text("新授权 1 所学校")).to_be_visible()

    # There: 待提交 → the four dates → 「上线」.
    theirs = page_of(other_school, "administrator")
    theirs.goto(live_server.url(other_school, "/manage/offerings/"))
    expect(theirs.get_by_role("row").filter(has_text=title)).to_contain_text("待提交")
    theirs.get_by_role("link", name=title).click()
    theirs.get_by_role("link", name="详细信息", exact=True).first.click()
    for label, days in (
        ("课程开始时间", 10),
        ("课程结束时间", 90),
        ("课程注册开始时间", -5),
        ("课程注册结束时间", 5),
    ):
        theirs.get_by_label(label, exact=False).fill(str(today() + timedelta(days=days)))
    theirs.get_by_role("button", name="上线", exact=True).click()
    theirs.get_by_role("dialog").get_by_role("button", name="确定", exact=True).click()
    expect(theirs.get_by_text("已上线，学生端现在可以看到该课程")).to_be_visible()

    # Its students find the course, with the school that made it, and register.
    student = page_of(other_school, "student")
    student.goto(live_server.url(other_school, "/courses"))
    student.get_by_role("link", name=title).first.click()
    expect(student.locator("main")).to_contain_text(school.name)
    student.get_by_role("button", name="报名").click()
    expect(student.get_by_text("报名成功")).to_be_visible()
    # Who is registered is nobody else's to see.
    office.goto(live_server.url(school, f"/manage/offerings/{own.offering_id}/registrations/"))
    expect(office.get_by_role("heading", level=1)).to_contain_text(title)
    expect(office.locator("main")).not_to_contain_text(NAMES["student"])
