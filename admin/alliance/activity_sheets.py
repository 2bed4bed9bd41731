"""The workbooks of 联盟管理 → 活跃情况."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext

from app.rules.alliance.figures import DayFigures
from app.services.alliance.activity import CHANGE_DAYS, ActivityRow, Series
from app.sheets.writing.typed import TypedSheet, Value, typed_workbook


def activity_workbook(rows: Iterable[ActivityRow], series: Series, zone: str) -> bytes:
    """Return the workbook of all schools: a sheet of schools, and a sheet of their sums day by day.

    Args:
        zone: the time zone in which moments are written.
    """
    return typed_workbook([_schools(rows, zone), _days(gettext("全部学校每日"), series)])


def school_workbook(series: Series) -> bytes:
    """Return the workbook of one school, day by day."""
    return typed_workbook([_days(gettext("每日数据"), series)])


def _schools(rows: Iterable[ActivityRow], zone: str) -> TypedSheet:
    def change(word: str) -> str:
        return gettext("%(what)s（%(n)s 天变化）", what=word, n=CHANGE_DAYS)

    words = [gettext("用户数"), gettext("已激活"), gettext("在线课程"), gettext("报名人次")]
    header = [
        gettext("学校"), gettext("单位代码"), gettext("统计日期"), words[0], words[1], gettext("激活率"), words[2],
        words[3], gettext("最近活动"), *(change(word) for word in words),
    ]  # fmt: skip
    widths = [28, 10, 12, 10, 10, 10, 10, 10, 18, 14, 14, 14, 14]
    return TypedSheet(gettext("各校"), header, (_school(row, zone) for row in rows), widths)


def _school(row: ActivityRow, zone: str) -> list[Value]:
    now, before = _numbers(row.now), _numbers(row.before)
    changes: list[Value] = [
        new - old if new is not None and old is not None else None
        for new, old in zip(now, before, strict=True)
    ]
    last = _local(row.last_activity_at, zone)
    return [row.name, row.unit_code, row.day, now[0], now[1], _share(row.now), now[2], now[3], last, *changes]


def _days(title: str, series: Series) -> TypedSheet:
    header = [
        gettext("日期"), gettext("用户数"), gettext("已激活"), gettext("激活率"), gettext("在线课程"),
        gettext("报名人次"),
    ]  # fmt: skip
    rows = (
        [day, *_numbers(figures)[:2], _share(figures), *_numbers(figures)[2:]]
        for day, figures in zip(series.days, series.figures, strict=True)
        if figures is not None
    )
    return TypedSheet(title, header, rows, [12, 10, 10, 10, 10, 10])


def _numbers(figures: DayFigures | None) -> list[int | None]:
    if figures is None:
        return [None] * 4
    return [figures.people, figures.activated, figures.courses_online, figures.registrations]


def _share(figures: DayFigures | None) -> float | None:
    return figures.activated / figures.people if figures is not None and figures.people else None


def _local(moment: datetime | None, zone: str) -> datetime | None:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment is not None else None
