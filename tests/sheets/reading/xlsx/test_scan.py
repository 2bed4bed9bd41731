"""What an .xlsx shows, hides and holds is read with its values, however its parts are named."""

from __future__ import annotations

import pytest

from app.rules.shared.cells import CellFlaw, UnclearCell
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.reading.workbook import Grid
from tests.sheets.files import rows_xml, sheet_xml, xlsx, xlsx_members, zipped

Members = dict[str, str | bytes]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
TABLE = [["学号", "姓名"], ["1", "张三"]]


def only_grid(members: Members | bytes) -> Grid:
    content = members if isinstance(members, bytes) else zipped(members)
    (grid,) = read_workbook(content, "a.xlsx").grids
    return grid


def sheet(rows: str, before: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}" xmlns:r="{KINDS}">{before}<sheetData>{rows}</sheetData></worksheet>'


def rels(*targets: tuple[str, str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="{key}" Type="{KINDS}/{kind}" Target="{target}"/>' for key, kind, target in targets
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'


def related(members: Members, kind: str, target: str) -> Members:
    name = "xl/_rels/workbook.xml.rels"
    added = f'<Relationship Id="{kind}1" Type="{KINDS}/{kind}" Target="{target}"/></Relationships>'
    return {**members, name: str(members[name]).replace("</Relationships>", added)}


def styled(rows: str, *codes: str) -> Members:
    """An .xlsx whose styles from 1 on have these codes."""
    formats = "".join(
        f"<numFmt numFmtId=\"{number}\" formatCode='{code}'/>" for number, code in enumerate(codes, 164)
    )
    used = "".join(f'<xf numFmtId="{number}"/>' for number in range(164, 164 + len(codes)))
    members = xlsx_members(sheet(rows))
    members["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/>{used}</cellXfs></styleSheet>'
    )
    return related(members, "styles", "styles.xml")


def test_a_cell_is_what_its_format_shows() -> None:
    row = (
        '<row r="1"><c r="A1" s="1"><v>981</v></c><c r="B1" s="2"><v>2401</v></c><c r="C1"><v>981</v></c>'
        '<c r="D1" s="1" t="str"><v>981</v></c><c r="E1" s="3" t="n"><v>45000</v></c></row>'
    )
    grid = only_grid(styled(row, "00000000", '"临床"0"班"', "yyyy-mm-dd"))
    assert grid.rows[0][:4] == ["00000981", "临床2401班", 981.0, "981"]
    assert str(grid.rows[0][4]) == "2023-03-15"


def test_words_that_a_format_adds_to_a_text_are_shown() -> None:
    row = (
        '<row r="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1" t="inlineStr"><is><t>2</t></is></c>'
        '<c r="C1" t="s"><v>0</v></c></row>'
    )
    members = related(styled(row, '"临床"@"班"'), "sharedStrings", "sharedStrings.xml")
    members["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}"><si><t>1</t><rPh><t>x</t></rPh></si></sst>'
    assert only_grid(members).rows == [["临床1班", "临床2班", "1"]]


def test_a_duration_is_the_problem_of_its_cell_only() -> None:
    row = '<row r="1"><c r="A1" s="1"><v>202401010001</v></c><c r="B1"><v>7</v></c></row>'
    grid = only_grid(styled(row, "[s]"))
    assert grid.rows == [[UnclearCell("202401010001", "17487447264086400"), 7.0]]


def test_hidden_rows_and_columns_are_told() -> None:
    rows = "".join(
        f'<row r="{number}" {kind}><c r="A{number}"><v>1</v></c></row>'
        for number, kind in enumerate(
            ["", 'hidden="1"', 'ht="0" customHeight="1"', 'hidden="0"', 'hidden="true"', 'ht="20"'], start=1
        )
    )
    columns = '<cols><col min="2" max="3" hidden="1" width="9"/><col min="5" max="5" width="0"/></cols>'
    grid = only_grid(xlsx_members(sheet(rows, columns)))
    assert grid.hidden_rows == {2, 3, 5}
    assert grid.hidden_columns == {2, 3, 5}


def picture_part(*anchors: str) -> str:
    return f'<x:wsDr xmlns:x="x" xmlns:a="a" xmlns:r="{KINDS}">{"".join(anchors)}</x:wsDr>'


def anchor(kind: str, place: tuple[int, int] | None, key: str) -> str:
    corner = f"<x:from><x:col>{place[1]}</x:col><x:row>{place[0]}</x:row></x:from>" if place else ""
    return f"<x:{kind}>{corner}<x:pic><x:blipFill><a:blip {key}/></x:blipFill></x:pic></x:{kind}>"


def test_anchored_pictures_are_found_by_their_cell_and_others_are_counted() -> None:
    members = xlsx_members(sheet_xml(TABLE))
    members |= {
        "xl/worksheets/_rels/sheet1.xml.rels": rels(("rId1", "drawing", "/xl/drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": picture_part(
            anchor("twoCellAnchor", (1, 5), 'r:embed="rId1"'),
            anchor("oneCellAnchor", (2, 5), 'r:embed="rId1"'),
            anchor("oneCellAnchor", (2, 5), 'r:embed="rId1"'),
            anchor("absoluteAnchor", None, 'r:embed="rId1"'),
            anchor("oneCellAnchor", (3, 5), 'r:link="rId1"'),
            anchor("oneCellAnchor", (4, 5), 'r:embed="rId9"'),
        ),
        "xl/drawings/_rels/drawing1.xml.rels": rels(("rId1", "image", "../media/image1.png")),
        "xl/media/image1.png": b"png",
    }
    grid = only_grid(members)
    assert grid.pictures == {(2, 6): "xl/media/image1.png", (3, 6): "xl/media/image1.png"}
    assert grid.lost_pictures == 4


def test_pictures_of_wps_stand_in_the_cell_of_their_formula() -> None:
    row = (
        '<row r="1"><c r="A1" t="str"><f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>'
        '<c r="B1" t="e"><f>DISPIMG("ID_2",1)</f><v>#NAME?</v></c><c r="C1"><v>5</v></c></row>'
    )
    members: Members = related(xlsx_members(sheet(row)), "cellImage", "cellimages.xml")
    members |= {
        "xl/cellimages.xml": f'<e:cellImages xmlns:e="e" xmlns:x="x" xmlns:a="a" xmlns:r="{KINDS}"><e:cellImage><x:pic>'
        '<x:nvPicPr><x:cNvPr id="1" name="ID_1"/></x:nvPicPr><x:blipFill><a:blip r:embed="rId1"/></x:blipFill>'
        "</x:pic></e:cellImage></e:cellImages>",
        "xl/_rels/cellimages.xml.rels": rels(("rId1", "image", "media/image1.png")),
        "xl/media/image1.png": b"png",
    }
    grid = only_grid(members)
    assert grid.rows == [[None, None, 5.0]]
    assert grid.pictures == {(1, 1): "xl/media/image1.png"}
    assert grid.lost_pictures == 1


def test_pictures_in_cells_of_excel_are_no_errors_but_other_errors_are() -> None:
    row = '<row r="1">{}</row>'.format(
        "".join(
            f'<c r="{cell}1" t="e" vm="{number}"><v>#VALUE!</v></c>' for number, cell in enumerate("ABC", 1)
        )
    )
    rich = "".join(f'<bk><x:rvb xmlns:x="x" i="{number}"/></bk>' for number in range(3))
    values = "".join(f'<bk><rc t="1" v="{number}"/></bk>' for number in range(3))
    members = xlsx_members(sheet(row + '<row r="2"><c r="A2"><v>1</v></c></row>'))
    members |= {
        "xl/metadata.xml": '<metadata><metadataTypes><metadataType name="XLRICHVALUE"/></metadataTypes>'
        f'<futureMetadata name="XLRICHVALUE">{rich}</futureMetadata><valueMetadata>{values}</valueMetadata></metadata>',
        "xl/richData/rdrichvalue.xml": '<rvData><rv s="0"><v>0</v><v>5</v></rv><rv s="1"><v>8</v></rv>'
        '<rv s="2"><v>0</v></rv></rvData>',
        "xl/richData/rdrichvaluestructure.xml": '<rvStructures><s t="_localImage"><k n="_rvRel:LocalImageIdentifier"/>'
        '<k n="CalcOrigin"/></s><s t="_error"><k n="errorType"/></s><s t="_webimage"><k n="WebImageIdentifier"/></s>'
        "</rvStructures>",
        "xl/richData/richValueRel.xml": f'<richValueRels xmlns:r="{KINDS}"><rel r:id="rId1"/></richValueRels>',
        "xl/richData/_rels/richValueRel.xml.rels": rels(("rId1", "image", "../media/image1.png")),
        "xl/media/image1.png": b"png",
    }
    grid = only_grid(members)
    assert grid.rows == [[None, CellFlaw.ERROR], [1.0]]
    assert grid.pictures == {(1, 1): "xl/media/image1.png"}
    assert grid.lost_pictures == 1


def renamed(old: str, new: str) -> Members:
    """The table in a file whose parts are named otherwise, with all references."""
    return {
        name.replace(old, new): content.replace(old, new) if isinstance(content, str) else content
        for name, content in xlsx_members(sheet_xml(TABLE)).items()
    }


def utf16(name: str) -> Members:
    members = xlsx_members(sheet_xml(TABLE))
    text = str(members[name]).removeprefix('<?xml version="1.0"?>')
    return {**members, name: f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")}


@pytest.mark.parametrize(
    "members",
    [
        {name.replace("/", "\\"): content for name, content in xlsx_members(sheet_xml(TABLE)).items()},
        renamed("workbook.xml", "workbook2.xml"),
        renamed("xl/", "data/"),
        {
            name.replace("xl/", ""): str(text).replace("xl/", "")
            for name, text in xlsx_members(sheet_xml(TABLE)).items()
        },
        renamed('Target="worksheets', 'Target="../xl/worksheets'),
        renamed('Target="worksheets', 'Target="./worksheets'),
        renamed('Target="worksheets', 'Target="/xl/worksheets'),
        renamed("sheet1.xml", "表.part"),
        *map(utf16, [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"]),
    ],
)
def test_parts_may_have_any_names_places_and_encodings(members: Members) -> None:
    assert only_grid(members).rows == TABLE


def test_escaped_characters_are_read() -> None:
    table = [["_x4E34_床", "_xD83D__xDE00_", "_x005F_x4E34_", "a_x000D_b", "_x00_", "_x0026_"]]
    assert only_grid(xlsx(rows_xml(table))).rows == [["临床", "😀", "_x4E34_", "a\rb", "_x00_", "&"]]


def test_a_declared_macro_is_none_but_a_part_or_a_main_part_with_macros_is() -> None:
    types = "[Content_Types].xml"
    members = xlsx_members(sheet_xml(TABLE))
    declared = (
        '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    )
    members[types] = str(members[types]).replace("</Types>", f"{declared}</Types>")
    assert only_grid(members).rows == TABLE
    hidden = related({**members, "xl/other.bin": b""}, "vbaProject", "other.bin")
    template = xlsx_members(sheet_xml(TABLE))
    template[types] = str(template[types]).replace(
        "openxmlformats-officedocument.spreadsheetml.sheet", "ms-excel.template.macroEnabled"
    )
    for macro in (hidden, template, {**members, "xl/vbaProject.bin": b""}):
        with pytest.raises(SheetRefused) as refused:
            read_workbook(zipped(macro), "a.xlsx")
        assert "宏" in str(refused.value.message)


@pytest.mark.parametrize("name", ["xl/styles.xml", "xl/sharedStrings.xml", "xl/drawings/drawing1.xml", SHEET])
def test_a_document_type_in_utf_16_is_refused(name: str) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    with pytest.raises(SheetRefused) as refused:
        read_workbook(zipped({**xlsx_members(sheet_xml(TABLE)), name: text.encode("utf-16")}), "a.xlsx")
    assert "不允许的声明" in str(refused.value.message)


def test_a_thousand_photographs_are_no_bomb() -> None:
    media: Members = {f"xl/media/image{number}.png": b"png" for number in range(1_000)}
    assert only_grid(xlsx_members(sheet_xml(TABLE), extra=media)).rows == TABLE
