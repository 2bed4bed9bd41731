"""A workbook is read into the rows of a roster, whatever the names and places of its columns."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.imports.students import LABELS
from app.rules.shared.cells import Cell, CellFlaw
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.reading.workbook import Grid, Range, Workbook
from app.sheets.rosters.header import find_header
from app.sheets.rosters.read import RosterSheet, only_grid, row_name
from app.sheets.rosters.students import WORDS
from tests.sheets.files import ods, ods_text, xls_table, xlsx_table
from tests.support.sheets import read_students

HEAD: list[Cell] = ["学号", "真实姓名", "所属班级"]


def student(number: int = 1) -> list[Cell]:
    return [f"90001{number}", "张三", "1班"]


def read(*rows: Sequence[Cell], merged: Sequence[Range] = (), kind: str = "xlsx") -> RosterSheet:
    return read_students(Workbook(kind, [Grid("Sheet1", [list(row) for row in rows], list(merged))]))


def refusal(workbook: Workbook) -> str:
    with pytest.raises(SheetRefused) as refused:
        read_students(workbook)
    return str(refused.value.message)


def refusal_of(*rows: Sequence[Cell], merged: Sequence[Range] = (), kind: str = "xlsx") -> str:
    return refusal(Workbook(kind, [Grid("Sheet1", [list(row) for row in rows], list(merged))]))


@pytest.mark.parametrize("above", range(5))
def test_the_header_is_found_in_the_first_five_rows_and_rows_keep_their_numbers(above: int) -> None:
    sheet = read(*([["2026级新生名单"]] * above), HEAD, student(1), [], [" ", None, "\u3000"], student(2))
    assert [row.row_no for row in sheet.rows] == [above + 2, above + 5]
    assert sheet.rows[1].cells == {"student_no": "900012", "real_name": "张三", "class_name": "1班"}
    assert sheet.rows[1].raw == ["900012", "张三", "1班"]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (
            "student_no",
            [
                "学号",
                "学号*",
                "＊学号",
                " 学 号 ",
                "学号（必填）",
                "学生编号",
                "学生学号",
                "Student No.",
                "学号:",
            ],
        ),
        ("real_name", ["真实姓名", "姓名", "姓　名", "姓名*", "Name"]),
        ("class_name", ["所属班级", "班级", "行政班", "班级名称", "Class"]),
        ("mobile", ["手机号", "手机", "联系电话", "移动电话", "手机号码"]),
        ("email", ["邮箱", "电子邮箱", "E-mail", "EMAIL", "e－mail"]),
        ("id_number", ["身份证号", "证件号码", "身份证号码", "身份证号(18位)"]),
        ("entry_year", ["入学年份", "年级", "入学年份【选填】"]),
        ("birth_date", ["出生年月", "出生日期", "出生年月(19901012)"]),
        ("major", ["所属专业", "专业"]),
        ("gender", ["性别"]),
        ("study_years", ["学制", "学制(年)"]),
        ("nickname", ["昵称"]),
    ],
)
def test_the_words_of_other_programs_are_understood(field: str, words: list[str]) -> None:
    for word in words:
        others = [label for other, label in LABELS.items() if other != field]
        header = find_header([[*others, word]], "xlsx", WORDS)
        assert header.fields[len(others)] == field, word


@given(st.permutations(list(LABELS)), st.integers(0, 3))
def test_the_order_of_columns_is_free_and_unknown_ones_are_left_alone(fields: list[str], place: int) -> None:
    labels = [LABELS[field] for field in fields]
    values: list[Cell] = [f"v-{field}" for field in fields]
    sheet = read([*labels[:place], "序号", *labels[place:]], [*values[:place], "7", *values[place:]])
    assert sheet.columns[place] is None
    assert sheet.rows[0].cells == {field: f"v-{field}" for field in fields}
    assert sheet.header == [*labels[:place], "序号", *labels[place:]]
    assert sheet.rows[0].raw == [*values[:place], "7", *values[place:]]


def test_headers_are_kept_as_written_to_name_columns_in_problems() -> None:
    sheet = read(["学生学号 *", "姓名", "行政班"], student())
    assert sheet.labels == {"student_no": "学生学号", "real_name": "姓名", "class_name": "行政班"}


def test_our_own_columns_of_a_problem_workbook_are_dropped() -> None:
    sheet = read([*HEAD, "原行号", "错误说明"], [*student(), "7", "第 7 行…"])
    assert sheet.header == HEAD
    assert sheet.rows[0].raw == student()


def test_the_example_row_is_ignored_wherever_its_columns_are() -> None:
    example = ["张三", "900011（示例）", "1班"]
    sheet = read(["姓名", "学号", "班级"], example, ["李四", "900012", "1班"])
    assert [row.cells["real_name"] for row in sheet.rows] == ["李四"]


def test_cells_keep_their_types_for_the_rules() -> None:
    sheet = read(HEAD, [900011.0, CellFlaw.ERROR, None])
    assert sheet.rows[0].cells == {"student_no": 900011.0, "real_name": CellFlaw.ERROR, "class_name": None}
    assert sheet.rows[0].raw == ["900011", "#ERROR!", ""]


NO_HEADER = "没有找到表头：应有“学号”、“真实姓名”、“所属班级”等列，请下载模板，按模板填写后再上传。"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["课程", "学分"], ["解剖学", "4"]], NO_HEADER),
        ([student(), student(2)], NO_HEADER),
        (
            [["真实姓名*", "身份证号", "手机号", "邮箱", "教师简介", "图片"], ["张三"]],
            "表头缺少“学号”、“所属班级”列，请对照模板补上后再上传。",
        ),
        ([["学号", "姓名"], ["900011", "张三"]], "表头缺少“所属班级”列，请对照模板补上后再上传。"),
        (
            [[*HEAD, "姓名"], student()],
            "第 2 列“真实姓名”和第 4 列“姓名”内容相同，请只保留一列后再上传。",
        ),
        ([HEAD], "表格只有表头，没有数据，请从表头下一行开始填写后再上传。"),
        (
            [HEAD, ["900011（示例）", "张三", "1班"], [" "]],
            "表格只有表头，没有数据，请从表头下一行开始填写后再上传。",
        ),
        ([[], [" "]], "表格里没有内容，请按模板填写后再上传。"),
    ],
)
def test_what_is_no_roster_is_refused_with_one_sentence(rows: list[list[Cell]], sentence: str) -> None:
    assert refusal_of(*rows) == sentence


def test_a_csv_without_known_words_may_be_in_a_wrong_encoding() -> None:
    content = "学号,姓名,班级\n900011,张三,1班\n".encode("cp932", "replace")
    assert refusal(read_workbook(content, "a.csv")) == (
        "没有找到表头：应有“学号”、“真实姓名”、“所属班级”等列；如果打开后列名是乱码，请另存为 .xlsx，"
        "否则请按模板填写，再上传。"
    )


def test_a_header_below_many_notes_is_found() -> None:
    assert len(read(*([["说明"]] * 30), HEAD, student()).rows) == 1


def test_rows_of_further_sheets_are_named_by_their_sheet() -> None:
    assert row_name(5, ("一班",)) == "5"
    assert row_name(5, ("一班", "二班")) == "一班 第5行"
    assert row_name(100_005, ("一班", "二班")) == "二班 第5行"


def test_two_sheets_with_data_are_refused_and_named() -> None:
    grids = [
        Grid("一班", [HEAD, student()]),
        Grid("二班", [HEAD, student(2)]),
        Grid("填写说明", [["说明"], ["x"]]),
    ]
    assert refusal(Workbook("xlsx", grids)) == (
        "文件里有 2 张有数据的工作表（一班、二班），请只保留一张，其余的另存为单独的文件分别上传。"
    )


def test_notes_and_left_over_headers_are_no_second_sheet() -> None:
    grids = [
        Grid("Sheet2", [HEAD]),
        Grid("一班", [HEAD, student()]),
        Grid("填写说明", [["说明"], ["x"]]),
        Grid("空", []),
    ]
    assert only_grid(Workbook("xlsx", grids)).name == "一班"


def test_merged_cells_above_the_data_are_no_reason_to_refuse() -> None:
    assert len(read(["名单"], HEAD, student(), merged=[Range(1, 1, 1, 3)]).rows) == 1


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_merged_cells_are_found_in_every_format(kind: str) -> None:
    table = [["学号", "姓名", "班级"], ["900011", "张三", "1班"], ["900012", "李四", ""]]
    if kind == "xlsx":
        content = xlsx_table(table, merged="C2:C3")
    elif kind == "xls":
        content = xls_table([list(row) for row in table], merged=(1, 2, 2, 2))
    else:
        cells = [[ods_text(text) for text in row] for row in table]
        cells[1][2] = ods_text("1班", 'table:number-rows-spanned="2"')
        rows = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in cells)
        content = ods(f'<table:table table:name="S">{rows}</table:table>')
    (grid,) = read_workbook(content, f"a.{kind}").grids
    assert [str(merged) for merged in grid.merged] == ["C2:C3"]


def test_more_rows_than_allowed_are_refused_by_their_number() -> None:
    rows = [HEAD, *(student(number) for number in range(50_001))]
    assert refusal_of(*rows) == "表格有 50001 行，一次最多 50000 行数据，请拆成几个文件分别上传。"
    assert len(read(*rows[:-1]).rows) == LIMITS.data_rows


def test_a_roster_of_any_shape_is_read_or_refused_but_never_breaks() -> None:
    chance = random.Random(1)
    values: list[Cell] = [
        None,
        "",
        "学号",
        "姓名",
        "班级",
        1.5,
        True,
        CellFlaw.ERROR,
        "900011（示例）",
        "#REF!",
        "\n",
    ]
    for _ in range(500):
        rows = [
            [chance.choice(values) for _ in range(chance.randrange(6))] for _ in range(chance.randrange(8))
        ]
        with contextlib.suppress(SheetRefused):
            assert read(*rows).rows
