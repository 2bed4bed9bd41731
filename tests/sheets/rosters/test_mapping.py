"""Reading a file by what was said of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from app.rules.shared.cells import Cell
from app.sheets.reading.refusals import HeaderUnknown
from app.sheets.reading.workbook import Grid, Workbook
from app.sheets.rosters.mapping import Fields, fingerprint, read_columns
from app.sheets.rosters.students import WORDS
from tests.support.app import TODAY


def _nothing(_prints: Sequence[str]) -> Mapping[str, tuple[Fields, str]]:
    return {}


def _book(*rows: list[Cell]) -> Workbook:
    return Workbook("xlsx", [Grid("学生", list(rows))])


def test_a_fingerprint_is_of_the_words_and_not_of_their_marks() -> None:
    assert fingerprint(["学 号*", "姓名（必填）", ""]) == fingerprint(["学号", "姓名"])
    assert fingerprint(["学号", "姓名"]) != fingerprint(["姓名", "学号"])


def test_a_remembered_header_is_found_below_a_title_and_with_our_own_columns_behind_it() -> None:
    fields: Fields = ("student_no", "real_name", "class_name")
    said = {fingerprint(["A1", "B1", "C1"]): (fields, "李老师")}

    def remembered(prints: Sequence[str]) -> Mapping[str, tuple[Fields, str]]:
        return {one: said[one] for one in prints if one in said}

    book = _book(
        ["名单"],
        ["A1", "B1", "C1", "原行号", "错误说明"],
        ["9000101", "张三", "一班", "7", "手机号：应为 11 位手机号"],
    )
    reading = read_columns(book, WORDS, remembered, TODAY)
    assert reading.sheet is not None
    assert (reading.confirmed_by, reading.layout.fields) == ("李老师", fields)
    assert reading.sheet.rows[0].cells == {"student_no": "9000101", "real_name": "张三", "class_name": "一班"}
    assert reading.sheet.rows[0].raw == ["9000101", "张三", "一班"]


def test_a_file_with_too_little_for_a_roster_is_refused_as_before() -> None:
    for rows in (["姓名", "电话"], ["x", "y"]), (["甲", "乙", "丙"],):
        with pytest.raises(HeaderUnknown):
            read_columns(_book(*rows), WORDS, _nothing, TODAY)
