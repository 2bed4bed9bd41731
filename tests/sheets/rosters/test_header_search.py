"""The search for the header: below notes, in two rows, in a file that has none."""

from __future__ import annotations

from app.sheets.reading.workbook import Range
from app.sheets.rosters.header import read_header
from app.sheets.rosters.header_search import looks_like_data, repeated_block, search_header
from app.sheets.rosters.students import WORDS
from tests.sheets.rosters.files import HEAD, grid_of, student


def test_the_header_is_found_below_wordy_lines() -> None:
    wordy = ["教师", "子某", "课程", "甲课程", "考核", "笔试", "学时", "32", "学分"]
    header = search_header(grid_of(["成绩记录表"], wordy, [*HEAD, "1", "2"], student()), WORDS)
    assert header is not None
    assert header.row_no == 3


def test_a_row_of_a_person_is_never_the_header() -> None:
    assert looks_like_data(["900012024001", "王小明", "临床1班"])
    assert not looks_like_data(["学号", "姓名", "班级", "1", "2"])
    assert search_header(grid_of(student(1), student(2)), WORDS) is None


def test_a_header_in_two_rows_is_read_as_what_it_covers() -> None:
    grid = grid_of(
        [*HEAD, "联系方式"], [None, None, None, "手机号", "邮箱"], [*student(), "13900000001", "a@b.cn"]
    )
    header = search_header(grid, WORDS)
    assert header is not None
    assert (header.first_row, header.row_no) == (1, 2)
    assert [header.fields[index] for index in range(5)] == [
        "student_no",
        "real_name",
        "class_name",
        "mobile",
        "email",
    ]


def test_a_word_above_that_names_somebody_else_holds_for_all_that_it_covers() -> None:
    grid = grid_of(
        [*HEAD, "家长信息", None],
        [None, None, None, "手机号", "邮箱"],
        [*student(), "13900000001", "a@b.cn"],
        merged=[Range(1, 4, 1, 5), Range(1, 1, 2, 1)],
    )
    header = search_header(grid, WORDS)
    assert header is not None
    assert (header.row_no, header.fields[3], header.fields[4]) == (2, None, None)


def test_lists_side_by_side_are_recognised_with_and_without_a_blank_column() -> None:
    assert repeated_block(read_header(1, [*HEAD, *HEAD], WORDS)) == 3
    assert repeated_block(read_header(1, [*HEAD, None, *HEAD], WORDS)) == 4
    assert repeated_block(read_header(1, [*HEAD, "手机", "邮箱"], WORDS)) == 0


def test_a_header_may_hold_a_word_that_looks_like_data() -> None:
    header = search_header(grid_of([*HEAD, "2024级"], [*student(), "x"]), WORDS)
    assert header is not None
    assert header.row_no == 1


def test_abbreviations_of_programs_are_found_by_likeness() -> None:
    header = search_header(grid_of(["2026级名单"], ["XH", "XM", "BJMC"], student()), WORDS)
    assert header is not None
    assert (header.row_no, header.known) == (2, 0)
