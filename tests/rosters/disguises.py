"""Rosters in random disguise: every person is read as shown, asked about, a problem, or left out with a reason.

``python -m tests.rosters.disguises 2000 1`` tries 2,000 combinations from seed 1 and prints what became of the people.
"""

from __future__ import annotations

import html
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from random import Random

import click
import openpyxl
import xlwt

from app.rules.imports.students import check_student
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.mapping import Reading, read_columns
from app.sheets.rosters.read import ROWS_OF_A_SHEET
from app.sheets.rosters.students import WORDS

TODAY = date(2026, 11, 30)
Value = str | int | float | date | None


@dataclass(slots=True)
class Cell:
    """A cell: its value, and the number format under which it shows."""

    value: Value
    format: str = ""


@dataclass(slots=True)
class Line:
    """A row of a sheet; ``person`` is what it shows of a person, by field, or None for other rows."""

    cells: list[Cell]
    person: dict[str, str] | None = None
    hidden: bool = False


@dataclass(slots=True)
class Sheet:
    """A sheet with its rows."""

    name: str
    lines: list[Line]


@dataclass(slots=True)
class Disguise:
    """A file and the names of the disguises that it wears."""

    chance: Random
    sheets: list[Sheet]
    kind: str = "xlsx"
    worn: list[str] = field(default_factory=list)

    def people(self) -> list[Line]:
        """The rows of people."""
        return [line for sheet in self.sheets for line in sheet.lines if line.person is not None]

    def head(self, sheet: Sheet) -> Line:
        """The header of a sheet."""
        return next(line for line in sheet.lines if line.cells and line.cells[0].format == "head")


def correct_roster(chance: Random) -> Disguise:
    """Return a roster in which everything is plain."""
    sheets = []
    for place in range(chance.choice((1, 1, 1, 2))):
        lines = [Line([Cell(text, "head") for text in ("学号", "姓名", "班级")])]
        for number in range(chance.randint(2, 6)):
            shown = {
                "student_no": f"90001202{place}{number:04d}",
                "real_name": "".join(chance.sample("王李张刘陈杨黄赵吴周明华芳伟静", 3)),
                "class_name": f"临床240{chance.randint(1, 3)}班",
            }
            lines.append(Line([Cell(text) for text in shown.values()], shown))
        sheets.append(Sheet(f"表{place + 1}", lines))
    return Disguise(chance, sheets)


def titles(file: Disguise) -> None:
    """Lines above the header."""
    for sheet in file.sheets:
        notes = ["2026级新生名单", "填写说明：请核对", "临床医学院", "制表日期：2026年9月1日", ""]
        above = [Line([Cell(file.chance.choice(notes))]) for _ in range(file.chance.randint(1, 8))]
        sheet.lines[:0] = above


def footers(file: Disguise) -> None:
    """Sums, signatures and notes below the people."""
    for sheet in file.sheets:
        for texts in file.chance.sample(
            [["合计", "3人"], ["制表：李某"], ["以下空白"], ["注：请核对"], ["小计"]], 2
        ):
            sheet.lines.append(Line([Cell(text) for text in texts]))


def blank_rows(file: Disguise) -> None:
    """Empty rows anywhere."""
    for sheet in file.sheets:
        sheet.lines.insert(file.chance.randint(0, len(sheet.lines)), Line([]))


def repeated_header(file: Disguise) -> None:
    """The header once more, as on each page of a printed list."""
    sheet = file.sheets[0]
    sheet.lines.append(Line([Cell(cell.value) for cell in file.head(sheet).cells]))


def noted_heads(file: Disguise) -> None:
    """Notes in brackets, stars and blanks in the header."""
    for sheet in file.sheets:
        head = file.head(sheet)
        head.cells[0].value = file.chance.choice(["学号（必填）", "学 号*", "学号(12位)"])
        head.cells[1].value = file.chance.choice(["真实姓名*", "姓名【必填】", "姓  名"])


def columns_of_others(file: Disguise) -> None:
    """Columns of parents and advisers beside the person's own."""
    for sheet in file.sheets:
        for line in sheet.lines:
            if line.cells and line.cells[0].format == "head":
                line.cells += [Cell("手机号（家长）"), Cell("备注")]
            elif line.person is not None:
                line.cells += [Cell("13900000001"), Cell("优")]


def float_texts(file: Disguise) -> None:
    """The .0 that exports add to whole numbers."""
    for line in file.people():
        line.cells[0].value = f"{line.cells[0].value}.0"


def numbers(file: Disguise) -> None:
    """Numbers in place of texts, and a class that is only a number format."""
    for line in file.people():
        assert line.person is not None
        line.cells[0] = Cell(int(line.person["student_no"]))
        if file.kind in ("xlsx", "xls"):
            line.cells[2] = Cell(int(line.person["class_name"][2:6]), '"临床"0"班"')


def padded_values(file: Disguise) -> None:
    """Blanks, full-width digits and invisible characters."""
    for line in file.people():
        name = str(line.cells[1].value)
        line.cells[1].value = file.chance.choice([f"　{name} ", f"{name[0]} {name[1:]}", f"{name}\u200b"])
        if isinstance(line.cells[0].value, str):
            line.cells[0].value = line.cells[0].value.translate(
                {ord("0") + d: ord("０") + d for d in range(10)}
            )


def damaged_class(file: Disguise) -> None:
    """A class of which Excel has made a date."""
    if file.kind not in ("xlsx", "xls"):
        return
    line = file.chance.choice(file.people())
    line.cells[2] = Cell(date(2024, 1, 2), "m-d")
    line.person = {**(line.person or {}), "class_name": ""}


def ditto(file: Disguise) -> None:
    """同上 in place of a class."""
    line = file.chance.choice(file.people())
    line.cells[2] = Cell(file.chance.choice(["同上", "〃"]))
    line.person = {**(line.person or {}), "class_name": ""}


def no_class(file: Disguise) -> None:
    """No class column."""
    for sheet in file.sheets:
        for line in sheet.lines:
            if line.person is not None or (line.cells and line.cells[0].format == "head"):
                del line.cells[2]


def hidden_rows(file: Disguise) -> None:
    """Hidden rows."""
    if file.kind == "xlsx":
        file.chance.choice(file.people()).hidden = True


def dictionary_sheet(file: Disguise) -> None:
    """A sheet of words beside the roster."""
    if file.kind in ("xlsx", "xls"):
        file.sheets.append(Sheet("字典", [Line([Cell(text)]) for text in ("性别", "男", "女")]))


def stray_quote(file: Disguise) -> None:
    """A quotation mark without a partner."""
    if file.kind == "csv":
        file.chance.choice(file.people()).cells.append(Cell('"优秀'))


DISGUISES: tuple[Callable[[Disguise], None], ...] = (
    numbers, float_texts, padded_values, damaged_class, ditto, noted_heads, columns_of_others, no_class, stray_quote,
    hidden_rows, repeated_header, footers, blank_rows, titles, dictionary_sheet,
)  # fmt: skip


def disguised(seed: int) -> Disguise:
    """Return a correct roster in a random combination of disguises and formats."""
    chance = Random(seed)
    file = correct_roster(chance)
    file.kind = chance.choice(("xlsx", "xlsx", "xls", "csv", "html"))
    if file.kind in ("csv", "html"):
        del file.sheets[1:]
    for disguise in DISGUISES:
        if chance.random() < 0.3:
            disguise(file)
            file.worn.append(disguise.__name__)
    file.worn.append(file.kind)
    return file


def written(file: Disguise) -> bytes:
    """Return the file as a program writes it."""
    return {"xlsx": _xlsx, "xls": _xls, "csv": _csv, "html": _html}[file.kind](file)


def _xlsx(file: Disguise) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet in file.sheets:
        page = book.create_sheet(sheet.name)
        for number, line in enumerate(sheet.lines, start=1):
            for column, cell in enumerate(line.cells, start=1):
                target = page.cell(number, column, cell.value)
                if cell.format not in ("", "head"):
                    target.number_format = cell.format
            if line.hidden:
                page.row_dimensions[number].hidden = True
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _xls(file: Disguise) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    for sheet in file.sheets:
        page = book.add_sheet(sheet.name)
        for number, line in enumerate(sheet.lines):
            for column, cell in enumerate(line.cells):
                if cell.value is not None:
                    style = xlwt.XFStyle()
                    style.num_format_str = cell.format if cell.format not in ("", "head") else "General"
                    page.write(number, column, cell.value, style)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _csv(file: Disguise) -> bytes:
    separator = file.chance.choice((",", ",", "\t", ";"))
    lines = [separator.join(_text(c) for c in line.cells) for line in file.sheets[0].lines]
    encoding = file.chance.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16"))
    return file.chance.choice(("\r\n", "\n")).join(lines).encode(encoding)


def _text(cell: Cell) -> str:
    return "" if cell.value is None else str(cell.value)


def _html(file: Disguise) -> bytes:
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape('' if c.value is None else str(c.value))}</td>" for c in line.cells)
        + "</tr>"
        for line in file.sheets[0].lines
    )
    return f'<html><head><meta charset="utf-8"></head><body><table>{rows}</table></body></html>'.encode()


def read(content: bytes, choices: Choices | None = None) -> Reading:
    """Return the reading of a file of which nothing has been confirmed."""
    return read_columns(read_workbook(content, ""), WORDS, lambda prints: {}, TODAY, choices or Choices())


def outcomes(file: Disguise, content: bytes) -> tuple[Counter[str], list[str]]:
    """Return what became of the people, and the faults: who vanished, was changed or invented."""
    reading = read(content)
    if set(reading.questions) & {"class", "hidden_rows"} and not set(reading.questions) & {
        "columns",
        "sheets",
        "codes",
    }:
        reading = read(content, Choices(hidden_rows="all", constants={"class_name": "临床1班"}))
    if reading.sheet is None:
        return Counter({"asked": len(file.people())}), []
    constant = "no_class" in file.worn
    rows = {row.row_no: row for row in reading.sheet.rows}
    left_out = {row.row_no for row in reading.sheet.left_out}
    found: Counter[str] = Counter()
    faults: list[str] = []
    remarks = " ".join(str(remark.message) for remark in reading.sheet.remarks)
    places = {name: place for place, name in enumerate(reading.sheet.sheets)}
    for sheet in file.sheets:
        for number, line in enumerate(sheet.lines, start=1):
            row_no = places.get(sheet.name, 0) * ROWS_OF_A_SHEET + number
            in_place = sheet.name in places or file.kind in ("csv", "html")
            outcome = "left out" if (in_place and row_no in left_out) or sheet.name in remarks else "vanished"
            if in_place and row_no in rows:
                checked = check_student(rows[row_no], unit_code="90001", today=TODAY)
                shown = line.person or {}
                values = checked.values
                stored = (values.student_no, values.real_name, values.class_name)
                expected = (
                    shown.get("student_no"),
                    shown.get("real_name"),
                    "临床1班" if constant else shown.get("class_name"),
                )
                outcome = "problem" if checked.problems else "read" if stored == expected else "changed"
            if line.person is None:
                if outcome in ("read", "changed"):
                    faults.append(f"invented {row_no}")
                continue
            found[outcome] += 1
            if outcome in ("vanished", "changed"):
                faults.append(f"{outcome} {row_no}")
    return found, faults


def main(number: int, seed: int) -> int:
    """Try combinations, print what became of the people by disguise, and return the number of faults."""
    table: dict[str, Counter[str]] = {}
    failed = 0
    for trial in range(seed, seed + number):
        file = disguised(trial)
        try:
            found, faults = outcomes(file, written(file))
        except SheetRefused as refused:
            found, faults = Counter({"refused": len(file.people())}), [f"refused: {refused}"]
        for name in file.worn:
            table.setdefault(name, Counter()).update(found)
        if faults:
            failed += 1
            click.echo(f"seed {trial} ({', '.join(file.worn)}): {'; '.join(faults)}")
    for name, counts in sorted(table.items()):
        click.echo(
            f"{name:18}" + "  ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items()))
        )
    click.echo(f"{number} combinations, {failed} with faults")
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]))))
