"""Merged cells are read as what they cover."""

from __future__ import annotations

from app.sheets.reading.workbook import Range
from tests.sheets.rosters.files import HEAD, grid_of, left_out, people, reading_of, remarks, student


def test_a_class_that_is_merged_downwards_belongs_to_all_its_rows() -> None:
    grid = grid_of(HEAD, student(1), student(2, None), student(3, "2班"), merged=[Range(2, 3, 3, 3)])
    reading = reading_of(grid)
    assert reading.sheet is not None
    assert [row.cells["class_name"] for row in reading.sheet.rows] == ["临床1班", "临床1班", "2班"]
    assert remarks(reading) == ["C2:C3 等合并单元格共 1 处，已把内容填到它覆盖的每一行"]


def test_a_name_that_is_merged_downwards_is_not_given_to_the_next_row() -> None:
    second = [student(2)[0], None, "临床1班"]
    reading = reading_of(grid_of(HEAD, student(1), second, merged=[Range(2, 2, 3, 2)]))
    assert [name for _, name in people(reading)] == ["李小明", None]
    assert remarks(reading)[0].startswith("B2:B3 是合并单元格，只有第一行有内容")


def test_a_header_over_two_columns_covers_the_whole_name() -> None:
    grid = grid_of(
        ["学号", "姓名", None, "班级"], ["900012001", "钱", "试二", "1班"], merged=[Range(1, 2, 1, 3)]
    )
    assert people(reading_of(grid)) == [(2, "钱试二")]


def test_merged_titles_notes_and_boxes_outside_the_table_do_not_matter() -> None:
    merged = [Range(1, 1, 1, 3), Range(4, 1, 4, 3), Range(20, 6, 25, 8)]
    reading = reading_of(grid_of(["名单"], HEAD, student(1), ["填表人：张某"], merged=merged))
    assert people(reading) == [(3, "李小明")]
    assert left_out(reading) == [(1, "above_header"), (4, "not_a_person")]


def test_a_word_above_columns_with_words_of_their_own_joins_no_values() -> None:
    grid = grid_of(
        ["基本信息", None, "姓名", "班级"],
        ["学号", "手机号（家长）", None, None],
        ["900012001", "13900000001", "钱试二", "1班"],
        merged=[Range(1, 1, 1, 2), Range(1, 3, 2, 3), Range(1, 4, 2, 4)],
    )
    reading = reading_of(grid)
    assert reading.sheet is not None
    assert [row.cells["student_no"] for row in reading.sheet.rows] == ["900012001"]
    assert reading.sheet.rows[0].raw == ["900012001", "13900000001", "钱试二", "1班"]
