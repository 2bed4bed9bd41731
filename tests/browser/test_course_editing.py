"""Two editors of one course see each other and resolve their conflicts; hostile text stays text."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from app.context import Context
from app.models import CourseDraft, User
from app.rules.permissions import Role
from app.services.courses.create_and_release import CourseContent, create_own_course
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.browser import PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

HOSTILE = (
    '<p>可以<b>粘贴</b></p><script>window.hacked=1</script><img src=x onerror="window.hacked=1">'
    '<a href="javascript:window.hacked=1">链接</a><p onclick="window.hacked=1" style="color:red">文字</p>'
    '<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>'
)
PASTE = """(element, html) => {
  const data = new DataTransfer();
  data.setData('text/html', html);
  element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def stored(school: SchoolInfo) -> dict[str, Any]:
    with school_scope(school.id) as session:
        return session.scalars(select(CourseDraft.content)).one()


@pytest.fixture
def people(make_user: Callable[..., User], school: SchoolInfo) -> tuple[User, User]:
    """A teacher and an administrator."""
    return (
        make_user(school, kind="teacher", real_name="李老师", must_change_password=False),
        make_user(school, kind="administrator", real_name="王主任", must_change_password=False),
    )


@pytest.fixture
def address(
    make_ctx: Callable[..., Context], live_server: LiveServer, school: SchoolInfo, people: tuple[User, User]
) -> str:
    """The teacher's new course."""
    with unit_of_work(make_ctx(school, Role.TEACHER, user=people[0])) as ctx:
        offering = create_own_course(ctx, content=CourseContent(title="自建课程", category="临床医学"))
    return live_server.url(school, f"/manage/offerings/{offering.id}/")


@pytest.fixture
def colleagues_page(browser: Browser, app: Flask, school: SchoolInfo, people: tuple[User, User]) -> Any:
    """The administrator's browser."""
    context = open_browser(browser)
    log_in(context, app, school, people[1])
    yield context.new_page()
    context.close()


def test_two_people_write_one_course_and_nothing_is_lost(
    page: Page,
    colleagues_page: Page,
    browser_context: BrowserContext,
    app: Flask,
    school: SchoolInfo,
    people: tuple[User, User],
    address: str,
) -> None:
    log_in(browser_context, app, school, people[0])
    page.goto(address)
    expect(page.get_by_role("textbox", name="教学团队")).to_be_visible()
    colleagues_page.goto(address)
    expect(colleagues_page.get_by_text("李老师 正在编辑")).to_be_visible()
    page.goto(address)
    expect(page.get_by_text("王主任 正在编辑")).to_be_visible()
    # Both are at the same field; what the teacher does not touch comes to him by itself.
    page.get_by_label("课程简介").focus()
    colleagues_page.get_by_label("课程简介").fill("王主任写的简介")
    colleagues_page.get_by_label("授课教师").fill("王主任")
    expect(colleagues_page.get_by_text("已自动保存")).to_be_visible()
    page.get_by_label("课程简介").fill("李老师写的简介")
    page.get_by_role("button", name="查看并选择").click()
    expect(page.get_by_role("heading", name="两个人修改了同样的内容")).to_be_visible()
    expect(page.locator("main")).to_contain_text("王主任写的简介")
    expect(page.locator("main")).to_contain_text("李老师写的简介")
    assert serious_findings(page) == []
    page.get_by_role("button", name="按选择保存").click()
    expect(page.get_by_text("已保存", exact=True)).to_be_visible()
    expect(page.get_by_label("课程简介")).to_have_value("李老师写的简介")
    expect(page.get_by_label("授课教师")).to_have_value("王主任")
    assert stored(school)["summary"] == "李老师写的简介"


def test_a_cover_is_cropped_and_then_another_one_at_once(
    page: Page,
    browser_context: BrowserContext,
    app: Flask,
    school: SchoolInfo,
    people: tuple[User, User],
    address: str,
) -> None:
    log_in(browser_context, app, school, people[0])
    page.goto(address)
    shown = page.locator("img[data-cover]")
    seen = set()
    for colour in ("teal", "orange"):
        picture = BytesIO()
        Image.new("RGB", (900, 700), colour).save(picture, "PNG")
        chosen = {"name": "a.png", "mimeType": "image/png", "buffer": picture.getvalue()}
        page.get_by_label("课程封面").set_input_files([chosen])
        page.get_by_role("button", name="使用这张封面").click()
        expect(page.get_by_text("封面已保存")).to_be_visible()
        expect(page.get_by_role("button", name="使用这张封面")).to_be_hidden()
        seen.add(shown.get_attribute("src"))
    assert len(seen) == 2


def test_rich_text_is_written_by_keyboard_and_a_hostile_paste_runs_nothing(
    page: Page,
    browser_context: BrowserContext,
    app: Flask,
    school: SchoolInfo,
    people: tuple[User, User],
    address: str,
) -> None:
    log_in(browser_context, app, school, people[0])
    page.goto(address + "details")
    editor = page.get_by_role("textbox", name="课程介绍")
    editor.click()
    page.keyboard.press("Control+b")
    page.keyboard.type("重点")
    expect(page.get_by_role("toolbar", name="课程介绍 的格式").get_by_label("加粗")).to_have_attribute(
        "aria-pressed", "true"
    )
    editor.press("Escape")
    expect(page.get_by_role("toolbar", name="课程介绍 的格式").get_by_label("加粗")).to_be_focused()
    page.get_by_role("textbox", name="教学大纲").click()
    page.get_by_role("textbox", name="教学大纲").evaluate(PASTE, HOSTILE)
    expect(page.get_by_text("已自动保存")).to_be_visible()
    assert page.evaluate("window.hacked") is None
    page.get_by_label("学时").fill("9999")
    expect(page.locator("#hours-error")).to_contain_text("学时应为 1 至 1000 的整数")
    page.get_by_label("学时").fill("32")
    expect(page.locator("#hours-error")).to_have_count(0)
    assert serious_findings(page) == []
    page.set_viewport_size(PHONE)
    assert sideways(page) == 0
    # What the browser did not stop, the server would have: it is the saved text that is shown again.
    page.reload()
    expect(page.get_by_role("textbox", name="教学大纲")).to_contain_text("可以粘贴")
    assert page.evaluate("window.hacked") is None
    content = stored(school)
    assert content["description"] == "<p><strong>重点</strong></p>"
    assert content["hours"] == 32
    for word in ("script", "onerror", "onclick", "style", "javascript", "iframe", "<img"):
        assert word not in content["outline"]
