"""Forms in the browser: nothing is sent twice, no entered text is lost, and refusals come without delay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import CourseOffering, RosterImport, User
from app.sheets.reading.limits import LIMITS
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.browser import log_in
from tests.support.courses import put_course, put_offering
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(app: Flask, school: SchoolInfo, make_user: Callable[..., User], page: Page) -> Page:
    """An administrator's browser."""
    log_in(page.context, app, school, make_user(school, "administrator"))
    return page


def test_a_file_over_the_limit_is_refused_before_it_is_sent(
    live_server: LiveServer, desk: Page, school: SchoolInfo, tmp_path: Path
) -> None:
    large, small = tmp_path / "large.csv", tmp_path / "small.csv"
    large.write_bytes(b"a,b\n" * (LIMITS.file_bytes // 4 + 1))
    small.write_text("学号\n", encoding="utf-8")
    desk.goto(live_server.url(school, "/manage/imports/"))
    said = desk.get_by_text("请拆成几个文件分别上传")
    expect(said).to_be_hidden()
    box = desk.get_by_label("选择文件")
    box.set_input_files(large)
    expect(said).to_be_visible()
    desk.get_by_role("button", name="上传").click()
    expect(desk).to_have_url(live_server.url(school, "/manage/imports/"))
    expect(box).to_be_focused()
    box.set_input_files(small)
    expect(said).to_be_hidden()
    desk.get_by_role("button", name="上传").click()
    expect(desk.get_by_text("这个文件没有读入")).to_be_visible()
    with school_scope(school.id) as session:
        assert session.scalars(select(RosterImport.filename)).all() == ["small.csv"]


@pytest.mark.parametrize(("language", "between"), [("zh", "、"), ("en", ", ")])
def test_the_chosen_files_are_listed_as_the_language_lists(
    live_server: LiveServer,
    school: SchoolInfo,
    make_user: Callable[..., User],
    page: Page,
    tmp_path: Path,
    language: str,
    between: str,
) -> None:
    files = [tmp_path / name for name in ("正面、反面.pdf", "b.pdf", "c.pdf")]
    for file in files:
        file.write_bytes(b"%PDF-1.7")
    log_in(page.context, live_server.app, school, make_user(school, must_change_password=False))
    page.context.add_cookies([{"name": "lang", "value": language, "url": live_server.url(school)}])
    page.goto(live_server.url(school, "/me/requests/new"))
    page.locator("input[type=file]").set_input_files(files)
    expect(page.locator(".drop-name")).to_have_text(between.join(file.name for file in files))


def test_typed_dates_go_along_with_the_click_on_online(
    live_server: LiveServer, alliance: SchoolInfo, school: SchoolInfo, desk: Page
) -> None:
    offering = put_offering(
        alliance,
        school,
        put_course(alliance, title=f"诊断学{school.unit_code}"),
        status="unhandled",
        starts_on=None,
        ends_on=None,
        registration_starts_on=None,
        registration_ends_on=None,
    )
    desk.goto(live_server.url(school, f"/manage/offerings/{offering.id}/details"))
    for label, day in (
        ("课程开始时间", "2026-09-20"),
        ("课程结束时间", "2099-01-20"),
        ("课程注册开始时间", "2026-09-01"),
        ("课程注册结束时间", "2099-01-01"),
    ):
        desk.get_by_label(label).fill(day)
    desk.get_by_role("button", name="上线").click()
    desk.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(desk.get_by_text("学生端现在可以看到该课程")).to_be_visible()
    expect(desk.get_by_label("课程结束时间")).to_have_value("2099-01-20")
    with school_scope(school.id) as session:
        assert session.scalars(select(CourseOffering.status)).one() == "online"


def test_a_form_is_not_sent_again_right_after_it_was_sent(
    live_server: LiveServer, desk: Page, school: SchoolInfo
) -> None:
    desk.goto(live_server.url(school, "/manage/imports/"))
    sent = desk.locator("form[enctype]").evaluate(
        """form => [1, 2].map(
          () => form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true })))"""
    )
    assert sent == [True, False]


@pytest.mark.parametrize("path", ["/", "/courses/{id}"])
def test_the_title_and_the_main_act_lie_in_the_main_part_of_the_page(
    live_server: LiveServer, alliance: SchoolInfo, school: SchoolInfo, page: Page, path: str
) -> None:
    offering = put_offering(alliance, school, put_course(alliance, title=f"诊断学{school.unit_code}"))
    page.goto(live_server.url(school, path.format(id=offering.id)))
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
