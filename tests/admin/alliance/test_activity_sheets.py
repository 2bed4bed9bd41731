"""活跃情况 as workbooks."""

from __future__ import annotations

from io import BytesIO

from flask.testing import FlaskClient
from openpyxl import load_workbook

from tenants.registry import SchoolInfo


def test_the_workbooks_hold_numbers_days_and_shares(
    secretary_client: FlaskClient, counted: SchoolInfo
) -> None:
    answer = secretary_client.get(f"/manage/activity/activity.xlsx?q={counted.unit_code}&span=30")
    book = load_workbook(BytesIO(answer.data))
    (row,) = list(book["各校"].iter_rows(min_row=2, values_only=True))
    assert row[:2] == (counted.name, counted.unit_code)
    assert row[3:8] == (100, 50, 0.5, 3, 7)
    assert row[9:] == (20, 0, 0, 0)
    assert book["全部学校每日"].max_row > 2
    one = load_workbook(BytesIO(secretary_client.get(f"/manage/activity/{counted.id}/activity.xlsx").data))
    days = list(one.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert (days[0][1], days[-1][1], days[-1][3]) == (80, 100, 0.5)
