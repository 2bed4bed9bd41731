"""A visit of the secretariat: entering a school, and the school's record of the visitor and their acts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.models import SchoolFigure, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.browser import DESKTOP, PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.live import LiveServer


def test_a_secretary_enters_a_school_and_the_school_reads_what_was_done(
    live_server: LiveServer,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: Callable[..., User],
    page: Page,
    browser: Browser,
) -> None:
    secretary = make_user(alliance, "secretary", real_name="林静", must_change_password=False)
    administrator = make_user(school, "administrator", real_name="方明远", must_change_password=False)
    log_in(page.context, live_server.app, alliance, secretary)

    page.goto(live_server.url(path=f"/manage/schools/{school.id}/"))
    page.get_by_role("link", name="进入学校").and_(page.locator("main a")).click()
    page.get_by_label("原因").fill("应方老师电话请求，协助修改学校设置")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("link", name=f"打开{school.name}").click()
    expect(page.get_by_text("该校管理员会收到通知")).to_be_visible()
    page.get_by_role("button", name="进入").click()
    banner = page.get_by_role("complementary", name="秘书处来访")
    expect(banner).to_contain_text(re.compile("您正以联盟秘书处身份进入.+剩余 (60|59) 分钟"))
    assert serious_findings(page) == []

    page.goto(live_server.url(school, "/manage/settings/"))
    expect(page.get_by_text("只有本校管理员可以更改初始密码方式")).to_be_visible()
    page.locator("#help_contact").fill("教务处 010-12345678")
    page.get_by_role("button", name="保存").click()
    expect(banner).to_be_visible()
    page.goto(live_server.url(school))
    page.set_viewport_size(PHONE)
    expect(banner).to_be_visible()
    assert sideways(page) == 0
    page.set_viewport_size(DESKTOP)
    banner.get_by_role("button", name="离开").click()
    expect(page.get_by_role("heading", name="来访已结束")).to_be_visible()

    context = open_browser(browser)
    log_in(context, live_server.app, school, administrator)
    at_school = context.new_page()
    at_school.goto(live_server.url(school, "/messages"))
    expect(at_school.get_by_text("联盟秘书处进入了本校管理端").first).to_be_visible()
    at_school.goto(live_server.url(school, "/manage/visits/"))
    at_school.get_by_role("link", name="林静").click()
    expect(at_school.get_by_text("应方老师电话请求，协助修改学校设置").first).to_be_visible()
    expect(at_school.get_by_role("cell", name="修改学校设置", exact=True)).to_be_visible()
    context.close()


def test_the_activity_page_draws_what_the_schools_counted(
    live_server: LiveServer,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: Callable[..., User],
    page: Page,
) -> None:
    log_in(
        page.context, live_server.app, alliance, make_user(alliance, "secretary", must_change_password=False)
    )
    page.goto(live_server.url(path=f"/manage/activity/{school.id}/"))
    page.get_by_role("button", name="立即更新").click()
    expect(page.get_by_text("已更新")).to_be_visible()
    with school_scope(school.id) as session:
        today = session.scalars(select(SchoolFigure)).one()
        session.add(
            SchoolFigure(
                day=today.day - timedelta(days=10),
                alliance_id=school.alliance_id,
                people=0,
                activated=0,
                courses_online=0,
                registrations=0,
            )
        )
        session.commit()
    page.reload()
    expect(page.locator("[data-chart-drawn]")).to_have_count(4)
    drawn = page.locator("canvas").first.evaluate(
        "canvas => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size"
    )
    assert drawn > 8
    page.get_by_text("以表格查看").first.click()
    expect(page.locator("details[open] tbody tr").first).to_be_visible()
    assert serious_findings(page) == []
    page.set_viewport_size(PHONE)
    assert sideways(page) == 0
