"""The whole story of an alliance: every step in the browser, with the real worker."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.models import User
from app.services.shared.password_hashes import hash_password
from tenants.registry import SchoolInfo
from tests.support.browser import open_browser
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

ROSTER = Path(__file__).parents[2] / "samples" / "students-300.xlsx"
SECRET = "calm-river-42"
SCHOOL = "明德故事医科大学"
COURSE = "循证医学故事"
#: The sample roster's unit code; the story opens the school that it belongs to.
UNIT_CODE = "90001"


@pytest.fixture
def someone(browser: Browser) -> Callable[[], Page]:
    """A new person with a browser of her own."""
    contexts: list[BrowserContext] = []

    def open_page() -> Page:
        context = open_browser(browser)
        contexts.append(context)
        return context.new_page()

    return open_page


def _log_in(page: Page, address: str, account: str, password: str) -> None:
    page.goto(address)
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="登录").click()


def _choose_password(page: Page, current: str) -> None:
    expect(page.get_by_role("heading", name="设置新密码")).to_be_visible()
    page.get_by_label("当前密码").fill(current)
    page.get_by_label("新密码", exact=True).fill(SECRET)
    page.get_by_label("再次输入新密码").fill(SECRET)
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="保存").click()


def _value(page: Page, label: str) -> str:
    return page.locator("dt", has_text=label).locator("xpath=following-sibling::dd[1]").inner_text().strip()


def test_from_an_opened_school_to_a_registered_student(
    live_server: LiveServer,
    alliance: SchoolInfo,
    make_school: Callable[..., SchoolInfo],
    make_user: Callable[..., User],
    someone: Callable[[], Page],
) -> None:
    today = datetime.now(UTC).date()
    secretary = make_user(
        alliance,
        "secretary",
        login_name="qin",
        must_change_password=False,
        password_hash=hash_password(SECRET),
    )
    elsewhere = make_school()
    stranger = make_user(elsewhere, must_change_password=False, password_hash=hash_password(SECRET))

    # The secretary opens a school.
    desk = someone()
    _log_in(desk, live_server.url(path="/login/secretariat"), secretary.login_name or "", SECRET)
    desk.goto(live_server.url(path="/manage/"))
    desk.get_by_role("link", name="学校管理").first.click()
    desk.get_by_role("link", name="新建学校").first.click()
    desk.get_by_label("学校名称").fill(SCHOOL)
    desk.get_by_label("简称").fill("明德故事")
    desk.get_by_label("单位代码").fill(UNIT_CODE)
    desk.get_by_label("二级域名").fill("mingde-story")
    desk.get_by_label("姓名").fill("方明远")
    desk.get_by_role("button", name="新建学校").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text(SCHOOL)
    one_time = _value(desk, "一次性密码")
    administrator_name = _value(desk, "登录名")
    address = _value(desk, "网站地址")
    assert address == f"http://mingde-story.localhost:{live_server.port}"

    # The administrator logs in there, chooses a password and goes to the management side.
    office = someone()
    _log_in(office, address + "/login", administrator_name, one_time)
    _choose_password(office, one_time)
    office.get_by_role("button", name="方明远").click()
    office.get_by_role("link", name="教师端").click()

    # He imports the roster: upload, progress, preview, save, result.
    office.get_by_role("link", name="学生用户导入").first.click()
    office.locator("input[type=file]").set_input_files(ROSTER)
    office.get_by_role("button", name="上传").click()
    expect(office.get_by_text("将新建 300 人、修改 0 人")).to_be_visible()
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("导入完成：新建 300 人")).to_be_visible()

    # The secretary makes a course, releases it and licenses it to the school.
    desk.get_by_role("link", name="联盟课程").first.click()
    desk.get_by_role("link", name="新建课程").first.click()
    desk.get_by_label("课程名称").fill(COURSE)
    desk.get_by_label("学科门类").select_option(label="公共卫生")
    desk.get_by_label("授课教师").fill("苏明哲")
    desk.locator("main").get_by_role("button", name="新建课程").click()
    desk.get_by_label("课程简介").fill("从问题到证据。")
    desk.locator("main").get_by_role("button", name="保存").click()
    desk.get_by_role("navigation", name="课程").get_by_role("link", name="详细信息").click()
    desk.get_by_role("textbox", name="课程介绍").fill("怎样提出问题、检索证据、评价证据。")
    desk.locator("main").get_by_role("button", name="保存").click()
    desk.get_by_role("button", name="发布").click()
    desk.locator("dialog[open]").get_by_role("button", name="发布").click()
    desk.get_by_role("link", name="课程授权").first.click()
    desk.get_by_role("link", name="列表", exact=True).click()
    desk.get_by_role("link", name="授权", exact=True).first.click()
    desk.get_by_label("课程", exact=False).first.select_option(label=COURSE)
    desk.get_by_label(SCHOOL).check()
    desk.get_by_role("button", name="授权", exact=True).click()
    expect(desk.get_by_role("link", name=SCHOOL).first).to_be_visible()

    # It appears at the school as 待提交; the administrator fills in the school's own dates and puts it online.
    office.get_by_role("link", name="慕课列表").first.click()
    row = office.get_by_role("row", name=re.compile(COURSE))
    expect(row).to_contain_text("联盟慕课")
    expect(row).to_contain_text("待提交")
    row.get_by_role("link", name="修改").click()
    office.get_by_role("navigation", name="课程").get_by_role("link", name="详细信息").click()
    for label, day in _schedule(today).items():
        office.get_by_label(label).fill(day.isoformat())
    office.get_by_role("button", name="保存").click()
    office.get_by_role("button", name="上线").click()
    office.locator("dialog[open]").get_by_role("button", name="确定").click()
    expect(office.get_by_text("已上线").first).to_be_visible()

    # An imported student logs in with the initial password, must choose her own, and registers.
    student_no, initial_password = _first_student()
    student = someone()
    _log_in(student, address + "/login", student_no, initial_password)
    _choose_password(student, initial_password)
    student.get_by_role("link", name="课程目录").click()
    student.get_by_role("link", name=COURSE).click()
    student.get_by_role("button", name="报名").click()
    expect(student.get_by_text("已报名").first).to_be_visible()
    course_address = student.url
    student.get_by_role("link", name="我的课程").first.click()
    expect(student.get_by_role("article").get_by_role("link", name=COURSE)).to_be_visible()

    # A student of another school sees nothing of it, neither in the catalogue nor at the same address.
    outsider = someone()
    _log_in(outsider, live_server.url(elsewhere, "/login"), stranger.student_no or "", SECRET)
    outsider.goto(live_server.url(elsewhere, "/courses"))
    expect(outsider.get_by_role("heading", level=1)).to_be_visible()
    expect(outsider.get_by_text(COURSE)).to_have_count(0)
    answer = outsider.goto(live_server.url(elsewhere, course_address.partition(str(live_server.port))[2]))
    assert answer is not None
    assert answer.status == 404

    # 「下线」 hides it from the school's own students, too.
    office.get_by_role("button", name="下线").click()
    office.locator("dialog[open]").get_by_role("button", name="确定").click()
    expect(office.get_by_text("已下线").first).to_be_visible()
    student.goto(address + "/courses")
    expect(student.get_by_text(COURSE)).to_have_count(0)


def _first_student() -> tuple[str, str]:
    """学号 and initial password (the last six of the ID number, manual 4.2) of the roster's first student."""
    sheet = load_workbook(ROSTER).worksheets[0]
    rows = sheet.iter_rows(min_row=2, values_only=True)
    header = [str(cell).strip("* ") for cell in next(rows)]
    row = next(
        row for row in rows if str(row[header.index("学号")]).startswith(UNIT_CODE) and "示例" not in str(row)
    )
    return str(row[header.index("学号")]), str(row[header.index("身份证号")])[-6:]


def _schedule(today: date) -> dict[str, date]:
    return {
        "课程开始时间": today + timedelta(days=5),
        "课程结束时间": today + timedelta(days=90),
        "课程注册开始时间": today - timedelta(days=2),
        "课程注册结束时间": today + timedelta(days=30),
    }
