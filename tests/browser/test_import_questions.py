"""A roster as people really send it: lines above the head, hidden rows, a sum below; asked once, then saved."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import Workbook
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from app.models import User
from app.rules.imports.students import LABELS
from samples.roster import make_rows
from tenants.registry import SchoolInfo
from tests.support.browser import DESKTOP, PHONE, log_in, serious_findings, sideways
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIELDS = ("student_no", "real_name", "class_name", "entry_year", "mobile")


def _roster(rows: list[dict[str, str]]) -> FilePayload:
    """Six students below two lines of notes, of whom the last three are hidden, and a sum below."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["2026级新生名单"])
    sheet.append(["填表说明：请核对手机号"])
    sheet.append([LABELS[field] for field in FIELDS])
    for row in rows:
        sheet.append([row[field] for field in FIELDS])
    sheet.append(["合计", f"{len(rows)} 人"])
    for row_no in (7, 8, 9):
        sheet.row_dimensions[row_no].hidden = True
    content = BytesIO()
    book.save(content)
    return {"name": "新生名单.xlsx", "mimeType": XLSX, "buffer": content.getvalue()}


def test_hidden_rows_are_asked_about_and_the_sum_tells_who_goes_in(
    live_server: LiveServer,
    app: Flask,
    browser_context: BrowserContext,
    page: Page,
    school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    log_in(browser_context, app, school, make_user(school, kind="administrator", must_change_password=False))
    page.goto(live_server.url(school, "/manage/imports/"))
    page.get_by_label("选择文件").set_input_files(files=[_roster(make_rows(6, 5, school.unit_code))])
    page.get_by_role("button", name="上传").click()

    expect(page.get_by_text("请先回答下面的问题")).to_be_visible()
    expect(page.get_by_label("导入全部 6 行")).not_to_be_checked()
    assert serious_findings(page) == []
    page.set_viewport_size(PHONE)
    assert sideways(page) <= 0
    page.set_viewport_size(DESKTOP)
    page.get_by_role("button", name="确认并检查").click()
    expect(page.get_by_text("请选择是否导入隐藏的行")).to_be_visible()
    page.get_by_label("只导入显示的 3 行").check()
    page.get_by_role("button", name="确认并检查").click()

    expect(page.get_by_text("新建 3 + 修改 0 + 无变化 0 + 有问题 0 + 没有导入")).to_be_visible()
    assert serious_findings(page) == []
    page.set_viewport_size(PHONE)
    assert sideways(page) <= 0
    page.set_viewport_size(DESKTOP)
    page.get_by_role("navigation", name="按结果查看").get_by_role("link", name="没有导入").click()
    expect(page.get_by_role("cell", name="合计 | 6 人")).to_be_visible()
    assert serious_findings(page) == []
    page.get_by_role("button", name="读入隐藏或筛选掉的 3 行").click()
    expect(page.get_by_text("新建 6 + 修改 0 + 无变化 0 + 有问题 0 + 没有导入")).to_be_visible()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("导入完成：新建 6 人")).to_be_visible()
