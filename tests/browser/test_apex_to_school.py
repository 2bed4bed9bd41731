"""From the alliance's pages to a school's, by a course that runs there and by the login box, at both widths."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.models import CourseOffering, User
from app.services.shared.password_hashes import hash_password
from tenants.registry import SchoolInfo
from tests.browser.test_student_side import today
from tests.support.browser import DESKTOP, PHONE, serious_findings, sideways
from tests.support.courses import put_course, put_offering
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

PASSWORD = "correct-horse-battery"


@pytest.fixture
def offering(alliance: SchoolInfo, school: SchoolInfo) -> CourseOffering:
    """A course that is open at the school, found by its pinyin."""
    code = school.unit_code
    full, initials = {"title_pinyin": f"taishengyixue{code}"}, {"title_initials": f"tsyx{code}"}
    course = put_course(alliance, title=f"胎生医学{code}", **full, **initials)
    return put_offering(alliance, school, course, today=today())


@pytest.fixture
def student(school: SchoolInfo, make_user: Callable[..., User]) -> User:
    return make_user(
        school, real_name="林小满", must_change_password=False, password_hash=hash_password(PASSWORD)
    )


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_visitor_finds_a_course_by_pinyin_goes_to_a_school_and_comes_back_to_the_button(
    live_server: LiveServer,
    page: Page,
    school: SchoolInfo,
    offering: CourseOffering,
    student: User,
    size: dict[str, int],
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(live_server.url(None, "/courses"))
    page.get_by_role("searchbox").press_sequentially(f"tsyx{school.unit_code}", delay=20)
    expect(page).to_have_url(re.compile(rf"/courses\?q=tsyx{school.unit_code}$"))
    card = page.locator(".course-card")
    expect(card).to_have_count(1)
    expect(card).to_contain_text(school.name)
    card.get_by_role("link").click()
    expect(page.get_by_role("link", name="联盟课程").last).to_have_attribute(
        "href", re.compile(rf"/courses\?q=tsyx{school.unit_code}$")
    )
    assert serious_findings(page) == []
    assert sideways(page) <= 0
    page.get_by_role("link", name=school.name).click()
    expect(page).to_have_url(live_server.url(school, f"/courses/{offering.id}"))
    page.get_by_role("link", name="登录后报名").click()
    page.get_by_label("账号").fill(student.student_no or "")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    expect(page).to_have_url(live_server.url(school, f"/courses/{offering.id}"))
    expect(page.get_by_role("button", name="报名", exact=True)).to_be_visible()


def test_a_student_number_in_the_box_on_the_home_page_leads_straight_to_the_login(
    live_server: LiveServer, page: Page, school: SchoolInfo, student: User
) -> None:
    page.goto(live_server.url(None, "/"))
    box = page.get_by_role("searchbox", name="学校或学号")
    box.fill(student.student_no or "")
    expect(page.locator("#schools").get_by_role("link", name=school.name)).to_be_visible()
    expect(page).to_have_url(live_server.url(None, "/"))
    box.press("Enter")
    expect(page).to_have_url(live_server.url(school, f"/login?account={student.student_no}"))
    expect(page.get_by_label("账号")).to_have_value(student.student_no or "")


def test_the_new_pages_satisfy_axe_and_fit_a_phone(
    live_server: LiveServer, page: Page, school: SchoolInfo, offering: CourseOffering
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for who, path in (
        (None, "/"), (None, "/help"), (None, "/announcements/"), (school, "/"), (school, "/help"),
        (school, "/courses?state=ended"), (school, f"/courses/{offering.id}"), (school, "/announcements/"),
    ):  # fmt: skip
        page.goto(live_server.url(who, path))
        assert serious_findings(page) == [], path
        assert sideways(page) <= 0, path
