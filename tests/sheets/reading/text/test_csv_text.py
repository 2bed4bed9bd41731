"""Text files with every separator, with and without correct quotation marks."""

from __future__ import annotations

import pytest

from app.sheets.reading.limits import LIMITS, Refusal
from app.sheets.reading.text.csv_text import read_csv

HEAD = "学号,姓名,班级,备注"
PEOPLE = [f"90001202400{number},王小{number},临床1班," for number in range(1, 6)]


def rows_of(text: str) -> list[list[str]]:
    return read_csv(text.encode(), LIMITS).rows


def test_a_cell_of_a_csv_may_not_be_endless() -> None:
    with pytest.raises(Refusal, match="damaged"):
        read_csv(b"a,b\n" + b"x" * 200_000, LIMITS)


@pytest.mark.parametrize("stray", ['"优秀', '优"秀', '"优秀"学生', '"'])
def test_a_stray_quotation_mark_swallows_no_line_and_is_told_with_its_line(stray: str) -> None:
    lines = [HEAD, *PEOPLE]
    lines[2] += stray
    text = read_csv("\r\n".join(lines).encode(), LIMITS)
    assert [row[1] for row in text.rows] == ["姓名", *(f"王小{number}" for number in range(1, 6))]
    assert text.rows[2][3] == stray
    if not stray.startswith("优"):
        assert text.remarks == [("stray_quote", {"lines": [3], "n": 1})]


def test_two_stray_marks_do_not_make_a_well_formed_file() -> None:
    lines = [HEAD, *PEOPLE]
    lines[1] += '"优秀'
    lines[3] += '良好"'
    assert len(rows_of("\n".join(lines))) == 6
    lines[3] = lines[3].removesuffix('良好"') + '",'
    assert len(rows_of("\n".join(lines))) == 6


def test_a_well_formed_file_may_have_line_breaks_in_its_cells() -> None:
    text = read_csv('学号,姓名,备注\n1,王小明,"第一行\n第二行"\n2,李小明,"说""好"""\n'.encode(), LIMITS)
    assert text.rows == [
        ["学号", "姓名", "备注"],
        ["1", "王小明", "第一行\n第二行"],
        ["2", "李小明", '说"好"'],
    ]
    assert text.remarks == []


def test_blanks_around_quoted_cells_and_tabs_after_values_are_nothing() -> None:
    assert rows_of('"学号", "姓名"\t,"班级" \n"1", "王小明"\t, "1班"\n')[1] == ["1", "王小明", "1班"]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "，"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_break_is_found(separator: str, line_break: str) -> None:
    lines = [separator.join(cells) for cells in (["学号", "姓名", "班级"], ["1", "王小明", "1班"])]
    assert rows_of(line_break.join(lines)) == [["学号", "姓名", "班级"], ["1", "王小明", "1班"]]


def test_the_separator_is_the_head_s_and_not_that_of_remarks() -> None:
    text = "\n".join([HEAD, *(f"{person}优;良;中;差;甲;乙" for person in PEOPLE)])
    assert rows_of(text)[1] == ["900012024001", "王小1", "临床1班", "优;良;中;差;甲;乙"]


def test_a_declared_separator_is_followed_and_its_line_stays_a_row() -> None:
    assert rows_of("sep=;\r\n学号;姓名\r\n1;王,小\r\n") == [[], ["学号", "姓名"], ["1", "王,小"]]


def test_texts_that_excel_keeps_as_texts_are_read() -> None:
    assert rows_of('学号,姓名\n="0001",王小明\n')[1] == ["0001", "王小明"]


def test_json_is_no_table() -> None:
    with pytest.raises(Refusal, match="not_a_sheet"):
        rows_of('[{"学号": "1", "姓名": "王小明"}]')


def test_short_lines_are_not_swallowed_either() -> None:
    head = "学号,姓名,班级,性别,专业,手机,邮箱,年级,学制,昵称,备注"
    rest = "临床1班,男,临床医学,13900000001,a@b.cn,2024,5,小王,"
    full = [f"90001202400{number},王小{number},{rest}" for number in range(1, 7)]
    short = [f"90001202401{number},李小{number},临床1班" for number in range(1, 4)]
    lines = [head, full[0] + '"优秀', *short[:2], short[2] + ',良"', *full[1:]]
    assert len(rows_of("\n".join(lines))) == len(lines)


@pytest.mark.parametrize("remark", ['"一,\n二,三"', '"一,二,三,四\n五,六,七,八"', '"好\n(详见附件,第2页)"'])
def test_lines_of_a_remark_are_not_taken_for_rows(remark: str) -> None:
    lines = [HEAD, PEOPLE[0] + remark, *PEOPLE[1:]]
    text = read_csv("\n".join(lines).encode(), LIMITS)
    assert (len(text.rows), text.remarks) == (6, [])
    assert text.rows[1][3] == remark.strip('"')
