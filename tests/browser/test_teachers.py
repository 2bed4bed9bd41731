"""Chapter 5.2 of the manual: template, file and pictures, preview, 保存, result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.browser import log_in, serious_findings
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parents[2] / "samples"


def test_teachers_are_imported_as_the_manual_says(
    live_server: LiveServer,
    app: Flask,
    school: SchoolInfo,
    make_user: Callable[..., User],
    browser_context: BrowserContext,
    page: Page,
) -> None:
    administrator = make_user(school, "administrator", must_change_password=False, password_hash="x")
    log_in(browser_context, app, school, administrator)
    page.goto(live_server.url(school, "/manage/teacher-imports/"))
    expect(page.get_by_role("heading", name="教师用户导入", level=1)).to_be_visible()
    with page.expect_download() as template:
        page.get_by_role("link", name="下载教师模板").first.click()
    assert template.value.suggested_filename == "教师模板.xlsx"

    page.get_by_label("选择文件").set_input_files(SAMPLES / "teachers-40.xlsx")
    page.get_by_label("图片压缩包").set_input_files(SAMPLES / "teachers-40.zip")
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("将新建 40 人、修改 0 人")).to_be_visible()
    assert serious_findings(page) == []
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("导入完成：新建 40 人")).to_be_visible()
    with page.expect_download() as logins:
        page.get_by_role("link", name="下载登录名清单").click()
    assert logins.value.suggested_filename.endswith(".xlsx")

    page.get_by_role("link", name="导入记录").first.click()
    page.get_by_label("选择文件").set_input_files(SAMPLES / "teachers-40.xlsx")
    page.get_by_role("button", name="上传").click()
    # Who has neither phone nor ID number nor mail is known by name only, and waits for an answer.
    expect(page.get_by_text("是同一人吗？")).to_be_visible()
    assert serious_findings(page) == []
    groups = page.get_by_role("group").filter(has_text="另一人")
    for number in range(groups.count()):
        groups.nth(number).get_by_label("同一人").check()
    page.get_by_role("button", name="确认并重新检查").click()
    expect(page.get_by_text("没有需要新建或修改的数据。")).to_be_visible()
