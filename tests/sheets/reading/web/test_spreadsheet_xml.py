"""Workbooks in the XML of Excel 2003 are read with their types, places and hidden parts."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.rules.shared.cells import CellFlaw, UnclearCell
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.reading.workbook import Grid, Range

SPACES = (
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:html="http://www.w3.org/TR/REC-html40"'
)
DAMAGED = "文件已损坏或格式不规范，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


def book(
    *tables: str, before: str = "", declaration: str = '<?xml version="1.0"?>', options: str = ""
) -> str:
    sheets = "".join(
        f'<Worksheet ss:Name="表{number}"><Table>{table}</Table>{options}</Worksheet>'
        for number, table in enumerate(tables, start=1)
    )
    return (
        f'{declaration}<?mso-application progid="Excel.Sheet"?><Workbook {SPACES}>{before}{sheets}</Workbook>'
    )


def text(value: str) -> str:
    return f'<Cell><Data ss:Type="String">{value}</Data></Cell>'


def row(*values: str) -> str:
    return f"<Row>{''.join(map(text, values))}</Row>"


ROSTER = row("学号", "姓名") + row("00000981", "钱试二")
ROWS = [["学号", "姓名"], ["00000981", "钱试二"]]


def grids(content: str | bytes) -> list[Grid]:
    workbook = read_workbook(content.encode() if isinstance(content, str) else content, "名单.xls")
    assert workbook.kind == "xml"
    return workbook.grids


def grid(content: str | bytes) -> Grid:
    (only,) = grids(content)
    return only


def test_texts_numbers_dates_booleans_and_flaws_are_read_with_their_types() -> None:
    read = grid(
        book(
            '<Row><Cell><Data ss:Type="Number">20240001</Data></Cell>'
            '<Cell><Data ss:Type="DateTime">2004-10-23T08:30:00.000</Data></Cell>'
            '<Cell><Data ss:Type="Boolean">1</Data></Cell><Cell><Data ss:Type="Error">#N/A</Data></Cell>'
            '<Cell ss:Formula="=RC[-1]"/><Cell><Data ss:Type="Number">男</Data></Cell></Row>'
        )
    )
    moment = datetime(2004, 10, 23, 8, 30)  # noqa: DTZ001
    assert read.rows == [[20240001, moment, True, CellFlaw.ERROR, CellFlaw.FORMULA, "男"]]


def test_cells_stand_where_their_indices_say() -> None:
    read = grid(
        book(
            f'<Row ss:Index="3"><Cell ss:Index="2"><Data ss:Type="String">a</Data></Cell>{text("b")}</Row>'
            f'<Row ss:Span="1"/>{row("c")}'
            f'<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">d</Data></Cell>{text("e")}</Row>'
            f'<Row><Cell ss:MergeDown="1"><Data ss:Type="String">f</Data></Cell></Row>'
        )
    )
    assert read.rows == [[], [], [None, "a", "b"], [], [], ["c"], ["d", None, None, "e"], ["f"]]
    assert read.merged == [Range(7, 1, 7, 3), Range(8, 1, 9, 1)]


@pytest.mark.parametrize(
    "kind, value, code, expected",
    [
        ("Number", "981", "00000000", "00000981"),
        ("Number", "2401", "&quot;临床&quot;0&quot;班&quot;", "临床2401班"),
        ("Number", "981", "0", 981),
        ("Number", "981", "General", 981),
        ("Number", "38283", "Short Date", datetime(2004, 10, 23)),  # noqa: DTZ001
        ("Number", "900012045661", "yyyy\\-mm\\-dd", UnclearCell("900012045661", "########")),
        ("Number", "0.5", "Percent", "50.00%"),
        ("String", "2401", "&quot;临床&quot;@&quot;班&quot;", "临床2401班"),
        ("String", "00000981", "@", "00000981"),
    ],
)
@pytest.mark.parametrize(
    "table",
    [
        '<Row><Cell ss:StyleID="s1">{}</Cell></Row>',
        '<Row ss:StyleID="s1"><Cell>{}</Cell></Row>',
        '<Column ss:StyleID="s1"/><Row><Cell>{}</Cell></Row>',
        '<Row><Cell ss:StyleID="s2">{}</Cell></Row>',
    ],
)
def test_numbers_are_read_as_their_style_shows_them(
    kind: str, value: str, code: str, expected: object, table: str
) -> None:
    styles = (
        f'<Styles><Style ss:ID="s1"><NumberFormat ss:Format="{code}"/></Style>'
        '<Style ss:ID="s2" ss:Parent="s1"/></Styles>'
    )
    data = f'<Data ss:Type="{kind}">{value}</Data>'
    assert grid(book(table.format(data), before=styles)).rows == [[expected]]


def test_hidden_rows_columns_and_sheets_are_marked() -> None:
    hidden = '<Column ss:Index="2" ss:Hidden="1" ss:Span="1"/><Column/><Column ss:Hidden="1"/>'
    hidden += row("a") + f'<Row ss:Hidden="1">{text("b")}</Row>'
    options = (
        '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible>'
        "</WorksheetOptions>"
    )
    read = grid(book(hidden, options=options))
    assert read.hidden
    assert read.hidden_rows == {2}
    assert read.hidden_columns == {2, 3, 5}


def test_sheets_keep_their_names_and_comments_are_no_content() -> None:
    comment = (
        '<Cell><Data ss:Type="String">a</Data><Comment><ss:Data><B>校对：</B>x</ss:Data></Comment></Cell>'
    )
    read = grids(book(ROSTER, f"<Row>{comment}</Row>"))
    assert [sheet.name for sheet in read] == ["表1", "表2"]
    assert [sheet.rows for sheet in read] == [ROWS, [["a"]]]


def test_formatted_texts_and_lines_are_whole() -> None:
    rich = '<Row><Cell><ss:Data ss:Type="String"><html:B>钱</html:B><html:Font>试二</html:Font>&#10;x</ss:Data></Cell></Row>'  # noqa: E501
    assert grid(book(rich)).rows == [["钱试二\nx"]]


@pytest.mark.parametrize(
    "encoding, declared",
    [
        *(
            ("utf-8", "UTF-8"),
            ("gb18030", "gb2312"),
            ("gb18030", "GBK"),
            ("utf-16", "UTF-16"),
            ("utf-16-le", ""),
        ),
        *(("utf-8-sig", "utf-8"), ("gb18030", "UTF-8"), ("utf-8", "gb2312")),
    ],
)
def test_a_workbook_is_read_in_any_encoding(encoding: str, declared: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    assert grid(book(ROSTER, declaration=declaration).encode(encoding)).rows == ROWS


@pytest.mark.parametrize(
    "disguise",
    [
        book(ROSTER, declaration="\r\n\r\n<?xml version='1.0'?>\r\n<!-- 教务系统 -->"),
        book(ROSTER, declaration=""),
        book(ROSTER, declaration=f"<?xml version='1.0'?><!--{'-x' * 50_000} -->"),
        book(ROSTER, before="<DocumentProperties/><Styles><Style ss:ID='Default'/></Styles>"),
        book(ROSTER).replace("<", "<ss:").replace("<ss:/", "</ss:").replace("<ss:?", "<?"),
        book(ROSTER).replace("ss:Type", "s:Type").replace("ss:Name", "s:Name").replace("xmlns:ss", "xmlns:s"),
        book(ROSTER) + "\n\x1a",
        book(ROSTER.replace("</Row>", "</Row>\n\n  ").replace("<Cell>", "\n\t<Cell>\n")),
    ],
)
def test_a_workbook_is_recognised_however_it_is_written(disguise: str) -> None:
    assert grid(disguise).rows == ROWS


@pytest.mark.parametrize(
    "content, sentence",
    [
        (
            book(ROSTER, declaration='<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'),
            "文件内部含有不允许的声明，请把内容复制到新下载的模板中再上传。",
        ),
        (book(ROSTER)[:-30], DAMAGED),
        (book(ROSTER).replace("钱", "&nbsp;"), DAMAGED),
        (
            '<?xml version="1.0"?><students><student><no>1</no></student></students>',
            "这是 XML 文件，无法直接读取，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。",
        ),
        (
            f'<?xml version="1.0"?><Workbook><Table>{ROSTER}</Table></Workbook>'.replace("ss:", ""),
            "这是 XML 文件，无法直接读取，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。",
        ),
        (book("<Row/>"), "表格里没有内容，请按模板填写后再上传。"),
        (
            book('<Row ss:Index="999999"><Cell><Data ss:Type="String">a</Data></Cell></Row>'),
            "单元格 A999999 有内容，但离表格太远（最多 60 行、20 列），请删除它并保存后再上传。",
        ),
        (book(row("a") * 61), "表格有 61 行，一次最多 50 行数据，请拆成几个文件分别上传。"),
        (
            book("<a>" * 5000),
            "文件过于复杂，无法在限定的内存和时间内读完，请把内容复制到新下载的模板中再上传。",
        ),
    ],
)
def test_a_hostile_damaged_or_other_file_is_refused_by_its_own_sentence(content: str, sentence: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        read_workbook(content.encode(), "名单.xls", LIMITS._replace(data_rows=50, head_rows=10, columns=20))
    assert str(refused.value.message) == sentence
