"""Import of the export of a school's own system: its columns are mapped once and reused (manual 4.2)."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import Workbook
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from app.models import User
from samples.roster import make_rows
from tenants.registry import SchoolInfo
from tests.support.browser import DESKTOP, PHONE, log_in, serious_findings, sideways
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = {
    "XH": "student_no",
    "XM": "real_name",
    "XBMC": "gender",
    "SFZJH": "id_number",
    "XZBMC": "class_name",
    "ZYMC": "major",
    "LXDH": "mobile",
}


def _export(name: str, rows: list[dict[str, str]]) -> FilePayload:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([row[field] for field in COLUMNS.values()])
    content = BytesIO()
    book.save(content)
    return {"name": name, "mimeType": XLSX, "buffer": content.getvalue()}


def _upload(page: Page, address: str, file: FilePayload) -> None:
    page.goto(address)
    page.get_by_label("选择文件").set_input_files(files=[file])
    page.get_by_role("button", name="上传").click()


def test_an_unknown_header_is_confirmed_once_and_the_next_file_goes_in_as_it_is(
    live_server: LiveServer,
    app: Flask,
    browser_context: BrowserContext,
    page: Page,
    school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    log_in(browser_context, app, school, make_user(school, kind="administrator", must_change_password=False))
    address = live_server.url(school, "/manage/imports/")
    rows = make_rows(24, 5, school.unit_code)
    _upload(page, address, _export("教务导出.xlsx", rows[:20]))

    expect(page.get_by_text("请确认每一列是什么")).to_be_visible()
    class_column = page.get_by_label("第 E 列导入为")
    expect(class_column).to_have_value("class_name")
    expect(page.get_by_label("第 D 列导入为")).to_have_value("id_number")
    assert serious_findings(page) == []
    page.set_viewport_size(PHONE)
    assert sideways(page) <= 0
    page.set_viewport_size(DESKTOP)
    class_column.select_option("")
    page.get_by_role("button", name="确认列对应").click()
    expect(page.get_by_text("还没有选择“所属班级”对应的列")).to_be_visible()
    class_column.select_option("class_name")
    page.get_by_role("button", name="确认列对应").click()
    expect(page.get_by_text("将新建 20 人、修改 0 人")).to_be_visible()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("导入完成：新建 20 人")).to_be_visible()

    for row in rows[:3]:
        row["major"] = "新的专业"
    _upload(page, address, _export("补录.xlsx", rows[:3] + rows[20:]))
    expect(page.get_by_text("按上次确认的列对应")).to_be_visible()
    expect(page.get_by_text("将新建 4 人、修改 3 人")).to_be_visible()
    assert serious_findings(page) == []
    page.get_by_label("只新建").check()
    expect(page.get_by_text("将新建 4 人、修改 0 人")).to_be_visible()
    page.get_by_role("link", name="文件中没有的人").click()
    expect(page.get_by_role("cell", name=rows[5]["real_name"]).first).to_be_visible()
    assert serious_findings(page) == []
    page.set_viewport_size(PHONE)
    assert sideways(page) <= 0
    page.set_viewport_size(DESKTOP)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("导入完成：新建 4 人，修改 0 人")).to_be_visible()
    page.goto(address)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载文件 补录.xlsx").click()
    assert download.value.suggested_filename == "补录.xlsx"
