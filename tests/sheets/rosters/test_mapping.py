"""Reading a file by what was said of its columns."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from app.rules.shared.cells import Cell
from app.sheets.reading.refusals import HeaderUnknown
from app.sheets.reading.workbook import Grid, Workbook
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.mapping import Fields, fingerprint, read_columns
from app.sheets.rosters.students import WORDS
from tests.sheets.rosters.files import HEAD, grid_of, left_out, people, reading_of, remarks, student
from tests.support.app import TODAY


def _nothing(_prints: Sequence[str]) -> Mapping[str, tuple[Fields, str]]:
    return {}


def _book(*rows: list[Cell]) -> Workbook:
    return Workbook("xlsx", [Grid("学生", list(rows))])


def test_a_fingerprint_is_of_the_words_and_not_of_their_marks() -> None:
    assert fingerprint(["学 号*", "姓名：", ""]) == fingerprint(["学号", "姓名"])
    assert fingerprint(["学号", "手机号（家长）"]) != fingerprint(["学号", "手机号"])
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


def test_no_row_with_content_is_lost() -> None:
    chance = random.Random(11)
    pieces: list[list[Cell]] = [
        [],
        ["合计", "3"],
        ["临床医学院"],
        ["900012024001", "王一一", "1班"],
        ["", "李二二", ""],
        list(HEAD),
        ["注：无"],
        [None, None, "x"],
    ]
    for _ in range(300):
        rows = [chance.choice(pieces) for _ in range(chance.randint(0, 6))]
        rows += [HEAD, student(1), *(chance.choice(pieces) for _ in range(chance.randint(0, 9)))]
        reading = reading_of(grid_of(*rows))
        if reading.sheet is None:
            continue
        read = {row.row_no for row in reading.sheet.rows} | {row.row_no for row in reading.sheet.left_out}
        content = {number for number, row in enumerate(rows, start=1) if any(row)}
        assert content - read == {reading.header_row}


def test_rows_above_the_header_that_look_like_people_may_be_taken_in() -> None:
    grid = grid_of(student(1), student(2), HEAD, student(3))
    reading = reading_of(grid)
    assert left_out(reading) == [(1, "above_header"), (2, "above_header")]
    assert remarks(reading) == ["表头上方有 2 行像是人员，没有导入"]
    taken = reading_of(grid, choices=Choices(taken_rows=frozenset({1, 2})))
    assert [number for number, _ in people(taken)] == [1, 2, 4]


def test_hidden_rows_are_asked_about_once() -> None:
    grid = replace(grid_of(HEAD, student(1), student(2), student(3)), hidden_rows=frozenset({3, 4}))
    reading = reading_of(grid)
    assert (reading.questions, reading.hidden, reading.visible) == (("hidden_rows",), 2, 1)
    assert [number for number, _ in people(reading_of(grid, choices=Choices(hidden_rows="all")))] == [2, 3, 4]
    shown = reading_of(grid, choices=Choices(hidden_rows="shown"))
    assert left_out(shown) == [(3, "hidden"), (4, "hidden")]


def test_a_file_without_a_header_shows_its_first_row_as_data() -> None:
    grid = grid_of(student(1), student(2), student(3))
    reading = reading_of(grid)
    assert (reading.questions, reading.header_row) == (("columns",), 0)
    assert reading.layout.header == ("", "", "")
    named = reading_of(grid, fields=("student_no", "real_name", "class_name"))
    assert len(people(named)) == 3


def test_a_missing_class_is_asked_for_and_given_once_for_the_file() -> None:
    grid = grid_of(HEAD[:2], student(1)[:2])
    assert reading_of(grid).questions == ("class",)
    reading = reading_of(grid, choices=Choices(constants={"class_name": "临床9班", "entry_year": "2024"}))
    assert reading.sheet is not None
    assert reading.sheet.rows[0].cells["class_name"] == "临床9班"
    assert reading.sheet.rows[0].cells["entry_year"] == "2024"


def test_columns_of_somebody_else_are_left_alone_and_named() -> None:
    reading = reading_of(grid_of([*HEAD, "手机号（家长）"], [*student(1), "13900000001"]))
    assert reading.sheet is not None
    assert "mobile" not in reading.sheet.rows[0].cells
    assert remarks(reading) == ["“手机号（家长）”不是本人现在的信息，没有导入"]


def test_an_unknown_bracket_is_asked_about() -> None:
    reading = reading_of(grid_of([*HEAD, "手机号（二）"], [*student(1), "13900000001"]))
    assert reading.questions == ("columns",)


def test_a_header_that_is_repeated_on_each_page_is_no_person() -> None:
    reading = reading_of(
        grid_of(["姓名", "职称"], ["王一一", "教授"], ["姓名", "职称"], ["李二二", "讲师"]), kind="teachers"
    )
    assert [name for _, name in people(reading)] == ["王一一", "李二二"]
    assert left_out(reading) == [(3, "repeated_header")]


def test_a_hidden_column_that_is_read_is_said() -> None:
    grid = replace(grid_of([*HEAD, "手机号"], [*student(1), "13900000001"]), hidden_columns=frozenset({4}))
    assert remarks(reading_of(grid)) == ["隐藏的列“手机号”也已读取"]


def test_people_without_codes_are_no_header_either() -> None:
    rows: list[list[Cell]] = [["张三", "内科", "教授"], ["李四", "外科", "讲师"], ["王五五", "儿科", "教授"]]
    reading = reading_of(grid_of(*rows), kind="teachers")
    assert (reading.questions, reading.header_row) == (("columns",), 0)


def test_an_unknown_header_above_people_is_still_a_header() -> None:
    rows: list[list[Cell]] = [["A1", "B1", "C1"], ["900012024001", "王小明", "临床1班"]]
    assert reading_of(grid_of(*rows)).header_row == 1
