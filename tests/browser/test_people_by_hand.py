"""系统管理 by the manual's steps: 4.1 adding a student, 4.3 resetting passwords, 4.4 changing a student; 6.1 last."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.models import SchoolClass, User
from app.services.shared.encrypted_fields import MOBILE, seal
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import VAULT_KEY
from tests.support.browser import PHONE, log_in, serious_findings, sideways
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

MakeUser = Callable[..., User]


@pytest.fixture
def office(
    live_server: LiveServer,
    school: SchoolInfo,
    make_user: MakeUser,
    browser_context: BrowserContext,
    page: Page,
) -> Page:
    """An administrator on the management side of a school with 32 students."""
    chief = make_user(school, "administrator", must_change_password=False, real_name="林主任")
    vault = Vault(VAULT_KEY)
    with school_scope(school.id) as session:
        one = SchoolClass(number="2026001", name="临床一班", entry_year=2026)
        session.add(one)
        session.flush()
        for n in range(1, 33):
            number = f"{school.unit_code}2026{n:03d}"
            student = User(
                kind="student", student_no=number, real_name=f"学生{n:02d}", nickname=f"学生{n:02d}", class_id=one.id,
                entry_year=2026, password_hash="x", must_change_password=False,
            )  # fmt: skip
            session.add(student)
            session.flush()
            if n == 1:
                sealed = seal(vault, school.id, MOBILE, student.id, "13812345678")
                student.mobile_sealed, student.mobile_index = sealed
        session.commit()
    log_in(browser_context, live_server.app, school, chief)
    page.goto(live_server.url(school, "/manage/"))
    page.get_by_role("link", name="用户列表").first.click()
    return page


def find(page: Page, words: str) -> None:
    """输入学生任意信息，点击查询."""
    page.get_by_label("输入学生任意信息").fill(words)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_label("输入学生任意信息")).to_have_value(words)


def agree(page: Page, sentence: str, label: str) -> None:
    """Read the dialog and go on."""
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text(sentence)
    dialog.get_by_role("button", name=label).click()


def test_one_student_is_added_found_changed_and_gets_a_new_password(office: Page, school: SchoolInfo) -> None:
    # 4.1 系统管理→添加（用户类型选择“学生”，将标“*”的内容填写好，点击保存）
    office.get_by_role("link", name="添加", exact=True).click()
    expect(office.get_by_label("用户类型")).to_have_value("student")
    office.get_by_label("真实姓名").fill("高小明")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_role("alert")).to_contain_text("学号 不能为空")
    assert serious_findings(office) == []
    office.get_by_label("学号").fill(f"{school.unit_code}2026099")
    office.get_by_label("所属班级").fill("临床一班 · 2026")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("已添加学生高小明")
    expect(office.locator("main")).to_contain_text("123456")

    # 4.4 输入学生任意信息，点击查询。勾选该学生信息后，点击修改。修改后点击保存。
    office.get_by_role("link", name="用户列表").first.click()
    find(office, "gaoxiaoming")
    office.get_by_role("checkbox", name="选择 高小明").check()
    office.get_by_role("button", name="修改").click()
    office.get_by_label("真实姓名").fill("高晓明")
    office.get_by_label("性别").select_option(label="男")
    office.get_by_role("button", name="保存").click()
    row = office.get_by_role("row", name=re.compile("高晓明"))
    expect(row).to_contain_text("男")

    # 4.3 勾选后点击“重置密码”
    row.get_by_role("checkbox").check()
    office.get_by_role("button", name="重置密码").click()
    agree(office, "将为 1 名学生重置密码", "重置密码")
    expect(office.locator("#toasts")).to_contain_text("已为 1 人重置密码")
    expect(office.locator("#people")).to_be_hidden()


def test_ticks_stay_over_pages_and_all_that_match_are_one_click(office: Page) -> None:
    office.get_by_label("用户类型").select_option("student")
    office.get_by_role("button", name="查询").click()
    office.get_by_role("checkbox", name="选择本页全部").check()
    office.get_by_role("link", name="下一页").click()
    office.get_by_role("checkbox", name="选择本页全部").check()
    expect(office.locator("#people")).to_contain_text("已选 32 人")
    expect(office.get_by_role("button", name="修改")).to_be_disabled()
    office.get_by_role("link", name="上一页").click()
    expect(office.get_by_role("checkbox", name="选择 学生01")).to_be_checked()
    assert serious_findings(office) == []
    office.get_by_role("button", name="重置密码").click()
    agree(office, "将为 32 名学生重置密码", "重置密码")
    expect(office.locator("#toasts")).to_contain_text("已为 32 人重置密码")

    office.get_by_role("checkbox", name="选择 学生01").check()
    office.get_by_role("button", name="选择全部符合条件的 32 人").click()
    office.get_by_role("button", name="停用").click()
    agree(office, "将停用 32 名学生", "停用")
    expect(office.locator("#toasts")).to_contain_text("已停用 32 个账号")
    expect(office.locator("tbody")).to_contain_text("已停用")

    # A phone's number is shown for a reason only.
    office.get_by_role("link", name="学生01").click()
    office.get_by_role("button", name="查看完整的手机号").click()
    office.get_by_label("查看原因").fill("家长来电核对")
    office.locator("dialog[open]").get_by_role("button", name="查看", exact=True).click()
    expect(office.locator("main")).to_contain_text("13812345678")
    assert serious_findings(office) == []
    office.set_viewport_size(PHONE)
    assert sideways(office) == 0
    office.get_by_role("link", name="用户列表").first.click()
    assert sideways(office) == 0


def test_an_administrator_is_added_with_type_and_role(office: Page) -> None:
    # 6.1 添加（用户类型选择“管理员”，角色设置选择“管理员”，将标“*”的内容填写好，点击保存）
    office.get_by_role("link", name="添加", exact=True).click()
    office.get_by_label("真实姓名").fill("张主任")
    office.get_by_label("用户类型").select_option(label="管理员")
    office.get_by_label("角色设置").select_option(label="管理员")
    expect(office.get_by_label("真实姓名")).to_have_value("张主任")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("已添加管理员张主任")
    expect(
        office.locator("dd").filter(has_text=re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$"))
    ).to_be_visible()
    expect(office.locator("main")).to_contain_text("zhangzhuren1")
