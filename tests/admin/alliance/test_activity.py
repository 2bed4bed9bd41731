"""The pages of 活跃情况 and 公告, for the secretariat and for a school."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from app.models import SchoolFigure, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, TODAY
from tests.support.pages import token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


@pytest.fixture
def secretary(alliance: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """A secretary's browser."""
    return client_for(alliance, make_user(alliance, "secretary", must_change_password=False))


@pytest.fixture
def counted(school: SchoolInfo) -> SchoolInfo:
    """A school that counted 40 days ago and today."""
    with school_scope(school.id) as session:
        for back, people in ((40, 80), (0, 100)):
            session.add(
                SchoolFigure(
                    day=TODAY - timedelta(days=back),
                    alliance_id=school.alliance_id,
                    people=people,
                    activated=50,
                    courses_online=3,
                    registrations=7,
                    last_activity_at=NOW,
                )
            )
        session.commit()
    return school


def test_the_table_shows_figures_and_how_they_changed(secretary: FlaskClient, counted: SchoolInfo) -> None:
    page = secretary.get(f"/manage/activity/?q={counted.unit_code}&sort=people&desc=1").text
    assert "100" in page
    assert "+20" in page
    assert "50%" in page
    assert "2026-09-10 12:00" in page
    assert "data-chart=" in page
    assert "charts-" in page
    assert "charts-" not in secretary.get("/manage/schools/").text


def test_a_school_has_a_page_with_charts_and_can_be_counted_at_once(
    secretary: FlaskClient, counted: SchoolInfo, other_school: SchoolInfo
) -> None:
    path = f"/manage/activity/{counted.id}/"
    page = secretary.get(f"{path}?span=30").text
    assert page.count("data-chart=") == 4
    assert "以表格查看" in page
    token = token_of(secretary, path)
    assert secretary.post(f"{path}refresh", data={"csrf_token": token}).status_code == 303
    assert "-100" in secretary.get(path).text or "-80" in secretary.get(path).text
    assert "尚未统计" in secretary.get(f"/manage/activity/?q={other_school.unit_code}").text
    assert secretary.get("/manage/activity/999999999/").status_code == 404


def test_the_workbooks_hold_numbers_days_and_shares(secretary: FlaskClient, counted: SchoolInfo) -> None:
    answer = secretary.get(f"/manage/activity/activity.xlsx?q={counted.unit_code}&span=30")
    book = load_workbook(BytesIO(answer.data))
    (row,) = list(book["各校"].iter_rows(min_row=2, values_only=True))
    assert row[:2] == (counted.name, counted.unit_code)
    assert row[3:8] == (100, 50, 0.5, 3, 7)
    assert row[9:] == (20, 0, 0, 0)
    assert book["全部学校每日"].max_row > 2
    one = load_workbook(BytesIO(secretary.get(f"/manage/activity/{counted.id}/activity.xlsx").data))
    days = list(one.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert (days[0][1], days[-1][1], days[-1][3]) == (80, 100, 0.5)


def test_the_alliance_speaks_to_some_schools_and_takes_it_back(
    secretary: FlaskClient,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: MakeUser,
    client_for: ClientFor,
) -> None:
    home = "/manage/alliance-announcements/"
    title = f"给{school.unit_code}的通知"
    fields = {
        "csrf_token": token_of(secretary, home),
        "title": title,
        "body": "<p>请<strong>查收</strong></p><script>alert(1)</script>",
        "audience": "everyone",
        "to_all": "0",
    }
    refused = secretary.post(f"{home}new/", data=fields)
    assert refused.status_code == 422
    assert "请至少选择一所学校" in refused.text
    sent = secretary.post(f"{home}new/", data=fields | {"school_ids": str(school.id), "publish": "1"})
    assert sent.status_code == 303
    administrators = {
        one.id: client_for(one, make_user(one, "administrator", must_change_password=False))
        for one in (school, other_school)
    }
    assert title in administrators[school.id].get("/manage/announcements/").text
    assert title not in administrators[other_school.id].get("/manage/announcements/").text
    assert title in client_for(school).get("/announcements/").text
    listed = secretary.get(f"{home}?q={title}").text
    assert "1 所学校" in listed
    path = listed.split(f'href="{home}')[-1].split('"')[0]
    edit = secretary.get(home + path).text
    assert "<strong>查收</strong>" in edit.replace("&lt;", "<").replace("&gt;", ">")
    assert "alert(1)" not in edit
    assert secretary.post(f"{home}{path}withdraw", data=fields).status_code == 303
    assert title not in client_for(school).get("/announcements/").text
    assert secretary.post(f"{home}{path}delete", data=fields).headers["Location"] == home


def test_a_school_writes_its_own_and_the_alliances_are_not_its_to_change(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    client = client_for(school, make_user(school, "administrator", must_change_password=False))
    home = "/manage/announcements/"
    token = token_of(client, home)
    draft = {"csrf_token": token, "title": "选课安排", "body": "第一轮\n\n第二轮", "audience": "everyone"}
    assert client.post(f"{home}new/", data=draft).status_code == 303
    assert "草稿" in client.get(home).text
    assert "选课安排" not in client.get("/announcements/").text
    assert "全部学校" not in client.get(f"{home}new/").text
    assert client.get("/manage/alliance-announcements/").status_code == 404
    assert client.get(f"{home}999999999/").status_code == 404
