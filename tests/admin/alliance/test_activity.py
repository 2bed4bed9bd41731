"""活跃情况 as the secretariat meets it."""

from __future__ import annotations

from flask.testing import FlaskClient

from tenants.registry import SchoolInfo
from tests.support.pages import token_of


def test_the_table_shows_figures_and_how_they_changed(
    secretary_client: FlaskClient, counted: SchoolInfo
) -> None:
    page = secretary_client.get(f"/manage/activity/?q={counted.unit_code}&sort=people&desc=1").text
    assert "100" in page
    assert "+20" in page
    assert "50%" in page
    assert "2026-09-10 12:00" in page
    assert "data-chart=" in page
    assert "charts-" in page
    assert "charts-" not in secretary_client.get("/manage/schools/").text


def test_a_school_has_a_page_with_charts_and_can_be_counted_at_once(
    secretary_client: FlaskClient, counted: SchoolInfo, other_school: SchoolInfo
) -> None:
    path = f"/manage/activity/{counted.id}/"
    page = secretary_client.get(f"{path}?span=30").text
    assert page.count("data-chart=") == 4
    assert "以表格查看" in page
    token = token_of(secretary_client, path)
    assert secretary_client.post(f"{path}refresh", data={"csrf_token": token}).status_code == 303
    assert "-100" in secretary_client.get(path).text or "-80" in secretary_client.get(path).text
    assert "尚未统计" in secretary_client.get(f"/manage/activity/?q={other_school.unit_code}").text
    assert secretary_client.get("/manage/activity/999999999/").status_code == 404
