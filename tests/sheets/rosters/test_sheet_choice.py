"""Several sheets: which are one roster, and what is said of the others."""

from __future__ import annotations

from app.sheets.rosters.choices import SHEET_NAME, Choices
from tests.sheets.rosters.files import HEAD, grid_of, people, reading_of, remarks, student


def test_sheets_with_the_same_header_are_one_roster() -> None:
    reading = reading_of(
        grid_of(HEAD, student(1), name="一班"), grid_of(["名单"], HEAD, student(2), name="二班")
    )
    assert [number for number, _ in people(reading)] == [2, 100_003]
    assert reading.sheet is not None
    assert reading.sheet.sheets == ("一班", "二班")


def test_the_name_of_a_sheet_may_be_the_class_of_its_rows() -> None:
    grids = [grid_of(HEAD[:2], student(number)[:2], name=f"临床{number}班") for number in (1, 2)]
    assert reading_of(*grids).questions == ("class",)
    reading = reading_of(*grids, choices=Choices(constants={"class_name": SHEET_NAME}))
    assert reading.sheet is not None
    assert [row.cells["class_name"] for row in reading.sheet.rows] == ["临床1班", "临床2班"]


def test_a_hidden_sheet_and_the_notes_are_named_and_may_be_chosen() -> None:
    grids = [
        grid_of(HEAD, student(1), name="名单"),
        grid_of(HEAD, student(2), name="旧名单", hidden=True),
        grid_of(HEAD, student(3), name="填写说明"),
        grid_of(["性别"], ["男"], name="字典"),
    ]
    assert remarks(reading_of(*grids)) == [
        "隐藏的工作表“旧名单”有 1 行没有读取",
        "工作表“填写说明”有 1 行没有读取",
        "工作表“字典”有 2 行没有读取",
    ]
    chosen = reading_of(*grids, choices=Choices(sheets=("名单", "旧名单")))
    assert len(people(chosen)) == 2


def test_a_template_s_own_notes_are_not_spoken_of() -> None:
    notes = grid_of(["说明"], ["请按要求填写"], name="填写说明")
    assert remarks(reading_of(grid_of(HEAD, student(1)), notes)) == []


def test_a_roster_on_a_hidden_sheet_only_is_asked_about() -> None:
    reading = reading_of(grid_of(HEAD, student(1), name="名单", hidden=True), grid_of([], name="封面"))
    assert reading.questions == ("sheets",)
    assert [(info.name, info.hidden) for info in reading.sheets] == [("名单", True)]


def test_two_lists_side_by_side_are_both_read() -> None:
    reading = reading_of(grid_of([*HEAD, *HEAD], [*student(1), *student(2)], [*student(3)]))
    assert sorted(str(name) for _, name in people(reading)) == sorted(["李小明", "张小明", "刘小明"])


def test_sheets_of_one_roster_may_have_different_lines_above_their_headers() -> None:
    first = grid_of(["2026级新生名单"], ["医学院"], HEAD, student(1), student(2), name="一班")
    second = grid_of(HEAD, student(3), student(4), student(5), name="二班")
    assert [number for number, _ in people(reading_of(first, second))] == [4, 5, 100_002, 100_003, 100_004]
    assert [number for number, _ in people(reading_of(second, first))] == [2, 3, 4, 100_004, 100_005]


def test_codes_are_looked_for_on_all_sheets() -> None:
    head = [*HEAD, "性别"]
    first = grid_of(head, [*student(1), "男"], name="一班")
    second = grid_of(head, [*student(2), "0"], [*student(3), "1"], name="二班")
    reading = reading_of(first, second)
    assert (reading.questions, dict(reading.codes)) == (("codes",), {"gender": ("0", "1")})
