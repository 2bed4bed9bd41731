"""联盟管理 → 课程授权: two courses for two schools in one action, then the same with a corrected sheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, Page, expect

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.browser import DESKTOP, PHONE, log_in, serious_findings, sideways
from tests.support.courses import put_course
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser


def test_courses_are_licensed_to_schools_in_the_matrix_and_changed_by_a_sheet(
    live_server: LiveServer,
    browser_context: BrowserContext,
    page: Page,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
    tmp_path: Path,
) -> None:
    mark = f"批量{school.unit_code}"
    titles = [put_course(alliance, title=f"{mark}之{name}").title for name in "甲乙丙"]
    schools = (school, other_school)
    log_in(
        browser_context,
        live_server.app,
        alliance,
        make_user(alliance, "secretary", must_change_password=False),
    )

    # Two courses and two schools are ticked; looking for another school in between forgets nothing.
    page.goto(live_server.url(path="/manage/"))
    page.get_by_role("link", name="课程授权").first.click()
    for one in schools:
        page.get_by_role("searchbox", name="查找课程").fill(mark)
        page.get_by_label("学校", exact=True).fill(one.unit_code)
        page.get_by_role("button", name="查询").click()
        page.get_by_role("checkbox", name=f"选择 {one.name}").check()
    for title in titles[:2]:
        page.get_by_role("checkbox", name=f"选择 {title}").check()
    expect(page.get_by_text("已选 2 门课程 × 2 所学校")).to_be_visible()
    assert serious_findings(page) == []
    page.set_viewport_size(PHONE)
    assert sideways(page) == 0
    page.set_viewport_size(DESKTOP)
    page.get_by_role("button", name="授权", exact=True).click()

    # Dates and seats, the preview, 授权.
    page.get_by_label("授权截止日期").fill("2099-07-31")
    page.get_by_label("名额").fill("40")
    page.get_by_role("button", name="预览").click()
    expect(page.locator(".stats div", has_text="新授权").first).to_contain_text("4")
    expect(page.locator("dd", has_text="2099-07-31")).to_be_visible()
    page.get_by_role("button", name="授权", exact=True).click()
    expect(page.get_by_text("新授权 4 项，更新 0 项，0 项没有变化")).to_be_visible()
    expect(page.get_by_text("已选 0 门课程 × 0 所学校")).to_be_visible()
    expect(page.get_by_role("link", name=f"{titles[0]} · {other_school.name}")).to_contain_text("有效")

    # The schools find them as 待提交, with one message.
    for one in schools:
        office = make_user(one, "administrator", must_change_password=False)
        log_in(browser_context, live_server.app, one, office)
        page.goto(live_server.url(one, f"/manage/offerings/?q={mark}"))
        for title in titles[:2]:
            expect(page.get_by_role("row", name=title)).to_contain_text("待提交")
        expect(page.get_by_role("row", name=titles[2])).to_have_count(0)

    # The list is exported, a number is changed, and it comes back.
    page.goto(live_server.url(path=f"/manage/licences/list/?q={mark}"))
    with page.expect_download() as download:
        page.get_by_role("link", name="导出列表").click()
    file = tmp_path / "授权.xlsx"
    download.value.save_as(file)
    book = load_workbook(file)
    sheet = book.worksheets[0]
    assert sheet.max_row == 5
    sheet["G2"] = 90
    book.save(file)
    page.get_by_role("link", name="表格导入").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("将新建 0 项、修改 1 项授权")).to_be_visible()
    expect(page.locator("tbody tr")).to_contain_text("90")
    assert serious_findings(page) == []
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("新授权 0 项，修改 1 项")).to_be_visible()
    page.goto(live_server.url(path=f"/manage/licences/list/?q={mark}"))
    expect(page.locator("td", has_text="90")).to_have_count(1)


def test_a_matrix_of_many_schools_scrolls_in_its_frame_and_not_the_page(
    live_server: LiveServer,
    browser_context: BrowserContext,
    page: Page,
    alliance: SchoolInfo,
    make_school: Callable[..., SchoolInfo],
    make_user: Callable[..., User],
) -> None:
    mark = f"宽表{make_school().unit_code}"
    for number in range(10):
        make_school(name=f"{mark}第{number}医学院")
    put_course(alliance, title=mark)
    secretary = make_user(alliance, "secretary", must_change_password=False)
    log_in(browser_context, live_server.app, alliance, secretary)
    page.set_viewport_size(DESKTOP)
    page.goto(live_server.url(path=f"/manage/licences/?q={mark}&school_q={mark}"))
    frame = page.locator(".matrix-frame")
    assert frame.evaluate("e => e.scrollWidth > e.clientWidth")
    assert sideways(page) == 0
