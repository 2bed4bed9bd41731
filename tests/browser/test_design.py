"""The design of every page: readable in both schemes, usable by keyboard and on a phone, small to transfer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.browser import DESKTOP, PHONE, log_in, open_browser, serious_findings, sideways
from tests.support.courses import put_course, put_offering
from tests.support.live import LiveServer

COLD_BUDGET = 150 * 1024
WARM_BUDGET = 20 * 1024

VISITOR_AT_THE_ALLIANCE = ["/", "/courses", "/members", "/login", "/login/secretariat"]
VISITOR_AT_A_SCHOOL = ["/", "/courses", "/login", "/no-such-page"]
STUDENT = ["/", "/courses", "/my/courses", "/me", "/password"]


@pytest.fixture
def school(
    live_server: LiveServer, alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]
) -> SchoolInfo:
    """A school whose catalogue shows one course."""
    school = make_school(accent="#0b7a75")
    title = f"循证医学 Evidence-based Medicine {school.unit_code}"
    dates = {"starts_on": date(2026, 9, 1), "ends_on": date(2099, 1, 15)}
    dates |= {"registration_starts_on": date(2026, 9, 1), "registration_ends_on": date(2099, 1, 1)}
    put_offering(alliance, school, put_course(alliance, title=title), **dates)
    return school


@dataclass(frozen=True)
class Look:
    """One way in which people look at the pages."""

    page: Page
    language: str

    def faults(self, addresses: Iterable[str]) -> list[str]:
        """What is wrong with pages as they open: axe's findings, and anything that lies outside the window."""
        return [fault for address in addresses for fault in self._faults(address)]

    def _faults(self, address: str) -> list[str]:
        self.page.context.add_cookies([{"name": "lang", "value": self.language, "url": address}])
        self.page.goto(address)
        found = [f"{address}: {finding}" for finding in serious_findings(self.page)]
        return found + ([f"{address}: {sideways(self.page)} px too wide"] if sideways(self.page) > 0 else [])


LOOKS = {"desk, light, Chinese": (DESKTOP, "light", "zh"), "phone, dark, English": (PHONE, "dark", "en")}


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Look]:
    """Both widths, both schemes and both languages, in two browsers."""
    viewport, scheme, language = LOOKS[request.param]
    context = open_browser(browser, viewport=viewport, color_scheme=scheme, locale=None)
    yield Look(context.new_page(), language)
    context.close()


def test_public_pages_are_accessible_and_fit_the_window(
    live_server: LiveServer, school: SchoolInfo, look: Look
) -> None:
    addresses = [live_server.url(None, path) for path in VISITOR_AT_THE_ALLIANCE]
    addresses += [live_server.url(school, path) for path in VISITOR_AT_A_SCHOOL]
    assert look.faults(addresses) == []


def test_student_pages_are_accessible_and_fit_the_window(
    live_server: LiveServer,
    app: Flask,
    school: SchoolInfo,
    make_user: Callable[..., User],
    look: Look,
) -> None:
    log_in(look.page.context, app, school, make_user(school))
    assert look.faults(live_server.url(school, path) for path in STUDENT) == []
    look.page.goto(live_server.url(school, "/courses"))
    course = look.page.get_by_role("link", name="循证医学").get_attribute("href")
    assert look.faults([live_server.url(school, str(course))]) == []


def links(page: Page, within: str) -> list[str]:
    """Paths of the management side that links lead to, downloads left out, each once."""
    found: list[str] = page.eval_on_selector_all(
        f"{within} a", "all => all.map(link => link.getAttribute('href'))"
    )
    paths = (path.partition("?")[0] for path in found if path.startswith("/manage/"))
    return list(dict.fromkeys(path for path in paths if not path.endswith(".xlsx")))


@pytest.mark.parametrize("kind", ["administrator", "secretary"])
def test_every_page_of_the_management_menu_and_what_it_links_to_is_accessible_and_fits_the_window(
    live_server: LiveServer,
    app: Flask,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: Callable[..., User],
    look: Look,
    kind: str,
) -> None:
    host = alliance if kind == "secretary" else school
    log_in(look.page.context, app, host, make_user(host, kind))
    make_user(school)
    look.page.goto(live_server.url(host, "/manage/"))
    menu = links(look.page, "#side-nav")
    assert len(menu) > 3
    seen = dict.fromkeys(menu)
    for path in menu:
        assert look.faults([live_server.url(host, path)]) == []
        seen |= dict.fromkeys(links(look.page, "main")[:3])
    assert look.faults(live_server.url(host, path) for path in seen if path not in menu) == []


def wire_bytes(page: Page, address: str) -> int:
    """Bytes that came over the wire for a page and all it fetched."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(address, wait_until="networkidle")
    session.detach()
    return sum(sizes)


@pytest.mark.parametrize("path", ["/", "/courses", "/login"])
def test_a_student_page_is_light_cold_and_next_to_nothing_warm(
    live_server: LiveServer, school: SchoolInfo, page: Page, path: str
) -> None:
    address = live_server.url(school, path)
    assert wire_bytes(page, address) < COLD_BUDGET
    assert wire_bytes(page, address) < WARM_BUDGET


@pytest.fixture
def desk(
    live_server: LiveServer, app: Flask, school: SchoolInfo, make_user: Callable[..., User], page: Page
) -> Page:
    """An administrator's browser on the management side."""
    log_in(page.context, app, school, make_user(school, "administrator"))
    page.goto(live_server.url(school, "/manage/"))
    return page


def test_the_menu_at_the_name_opens_by_pointer_and_by_keyboard_and_leads_to_both_sides(desk: Page) -> None:
    other_side = desk.get_by_role("link", name="学生端", exact=True)
    expect(other_side).to_be_hidden()
    desk.locator(".menu-button").hover()
    expect(other_side).to_be_visible()
    expect(desk.get_by_role("link", name="教师端")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(other_side).to_be_hidden()
    desk.mouse.move(10, 600)
    desk.locator(".menu-button").focus()
    desk.keyboard.press("Enter")
    expect(other_side).to_be_visible()
    other_side.press("Enter")
    desk.wait_for_url("**/")


def test_the_logo_of_the_management_side_leads_to_the_student_side(desk: Page, school: SchoolInfo) -> None:
    desk.get_by_title("返回学生端").click()
    expect(desk).to_have_title(school.short_name or school.name)


def test_the_first_tab_stop_skips_to_the_content(desk: Page) -> None:
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="跳到正文")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#main")).to_be_focused()


def test_the_chosen_scheme_is_kept(desk: Page) -> None:
    switch = desk.get_by_role("button", name="切换浅色或深色")
    switch.click()
    switch.click()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    desk.reload()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_management_menu_is_a_drawer_on_a_phone(desk: Page) -> None:
    desk.set_viewport_size(PHONE)
    entry = desk.locator("#side-nav a").last
    expect(entry).to_be_hidden()
    desk.get_by_role("button", name="打开菜单").click()
    expect(entry).to_be_visible()
    desk.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    desk.set_viewport_size(DESKTOP)
    expect(entry).to_be_visible()


def test_the_accent_of_the_school_colours_its_pages(
    live_server: LiveServer, school: SchoolInfo, page: Page
) -> None:
    page.goto(live_server.url(school))
    accent: Any = page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
    )
    assert accent == "#0b7a75"


def test_what_these_tests_ask_of_a_page_is_not_always_true(page: Page) -> None:
    page.set_content(
        '<html lang="zh-CN"><title>x</title><main><h1>x</h1><img src="data:,"><button></button>'
        '<p style="color: #ccc; background: #fff; width: 3000px">hardly to be read</p></main></html>'
    )
    assert {finding.partition(":")[0] for finding in serious_findings(page)} == {
        "button-name",
        "color-contrast",
        "image-alt",
    }
    assert sideways(page) > 0
