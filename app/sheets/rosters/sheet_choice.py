"""The sheets of a file that are read as one roster, and what is said of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.errors import msg
from app.sheets.reading.refusals import refused
from app.sheets.reading.workbook import Grid, Workbook
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.findings import Remark, SheetInfo
from app.sheets.rosters.header import Header, Vocabulary, normalised_header
from app.sheets.rosters.header_search import header_at, no_header, repeated_block, search_header
from app.sheets.rosters.read import NOTES_SHEET, count_rows


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet, or a block of its columns, with its header; ``header`` is None when none was found."""

    grid: Grid
    header: Header | None
    name: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The parts that are read as one roster.

    Args:
        parts: with the same header; empty when a person has to choose.
        infos: all sheets with content.
        remarks: what is said of sheets that are not read.
    """

    parts: tuple[Part, ...]
    infos: tuple[SheetInfo, ...]
    remarks: tuple[Remark, ...]


def choose_sheets(workbook: Workbook, words: Vocabulary, choices: Choices) -> Chosen:
    """Choose the sheets to read.

    All visible sheets with the header of the first roster are one roster, as schools keep a class a sheet. A hidden
    sheet, or one with another header, is read only when a person chooses it.

    Args:
        workbook: the file.
        words: the vocabulary of the expected roster.
        choices: the sheets that a person has chosen, and the row of the header.
    Raises:
        SheetRefused: no sheet has content.
    """
    filled = [
        Part(grid, _header(grid, words, choices), grid.name) for grid in workbook.grids if count_rows(grid)
    ]
    if not filled:
        raise refused("no_content")
    chosen = _chosen(filled, words, choices)
    read = {id(part) for part in chosen}
    infos = tuple(
        SheetInfo(part.name, count_rows(part.grid), part.grid.hidden, id(part) in read) for part in filled
    )
    remarks = [_unread(part, words) for part in filled if id(part) not in read]
    blocks = tuple(block for part in chosen for block in _blocks(part, words))
    return Chosen(blocks, infos, tuple(remark for remark in remarks if remark) if chosen else ())


def _header(grid: Grid, words: Vocabulary, choices: Choices) -> Header | None:
    if choices.header_row is not None:
        return header_at(grid, choices.header_row, words) if choices.header_row else no_header(grid)
    return search_header(grid, words)


def _chosen(filled: Sequence[Part], words: Vocabulary, choices: Choices) -> list[Part]:
    named = [part for part in filled if part.name in choices.sheets]
    if named:
        return _alike(named, named[0], words)
    visible = [part for part in filled if not part.grid.hidden]
    rosters = [part for part in visible if _is_roster(part, words)]
    usual = [part for part in rosters if part.name.strip() != NOTES_SHEET] or rosters
    if usual:
        return _alike(usual, usual[0], words)
    if any(_is_roster(part, words) for part in filled if part.grid.hidden):
        return []
    others = [part for part in visible if part.name.strip() != NOTES_SHEET] or visible
    if not others:
        return []
    # Nothing is recognised: the sheet with the most rows is shown for a person to name its columns.
    return [max(others, key=lambda part: count_rows(part.grid))]


def _alike(parts: Sequence[Part], first: Part, words: Vocabulary) -> list[Part]:
    """Return the parts with the header of the first one, which alone can be read together."""
    return [part for part in parts if part is first or _meaning(part, words) == _meaning(first, words)]


def _meaning(part: Part, words: Vocabulary) -> list[str]:
    """Return the fields of a header, and the words of columns that are not read: notes and synonyms do not matter."""
    header = part.header
    texts = [header.texts[index] for index in header.own_columns] if header else []
    meaning = [words.field_of(text) or normalised_header(text) for text in texts]
    while meaning and not meaning[-1]:
        meaning.pop()
    return meaning


def _is_roster(part: Part, words: Vocabulary) -> bool:
    """Return whether a sheet has a header that says so, and rows below it."""
    header = part.header
    if header is None or not header.row_no:
        return False
    fields = set(header.fields.values())
    known = words.required[0] in fields or header.known >= min(2, len(words.required))
    return known and count_rows(replace(part.grid, rows=part.grid.rows[header.row_no :])) > 0


def _unread(part: Part, words: Vocabulary) -> Remark | None:
    rows = count_rows(part.grid)
    roster = _is_roster(part, words)
    if part.name.strip() == NOTES_SHEET and not roster:
        return None
    if roster and part.header is not None:
        rows = count_rows(replace(part.grid, rows=part.grid.rows[part.header.row_no :]))
    if part.grid.hidden:
        text = msg("隐藏的工作表“%(name)s”有 %(n)s 行没有读取", name=part.name, n=rows)
    else:
        text = msg("工作表“%(name)s”有 %(n)s 行没有读取", name=part.name, n=rows)
    return Remark(text, missing=roster, take="sheet", value=part.name)


def _blocks(part: Part, words: Vocabulary) -> list[Part]:
    """Return the lists that stand side by side in a sheet, each as a part of its own."""
    header = part.header
    width = repeated_block(header) if header else 0
    if header is None or not width:
        return [part]
    blocks: list[Part] = []
    for start in range(0, max(header.texts) + 1, width):
        rows = [list(row[start : start + width]) for row in part.grid.rows]
        grid = replace(part.grid, rows=rows, merged=[], pictures={})
        own = header_at(grid, header.first_row, words)
        if any(own.texts.values()) and count_rows(replace(grid, rows=rows[header.row_no :])):
            name = part.name if not blocks else f"{part.name}({len(blocks) + 1})"
            blocks.append(Part(grid, replace(own, row_no=header.row_no, first_row=header.first_row), name))
    return blocks
