"""The search for the header of a roster: by likeness to known words, never by the number of words in a row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.rules.shared.cells import Cell, display_text
from app.sheets.reading.workbook import Grid
from app.sheets.rosters.guessing import likeness
from app.sheets.rosters.header import (
    SEARCHED_ROWS,
    Header,
    Vocabulary,
    header_of_texts,
    normalised_header,
    read_header,
)

#: A cell that a person's row has and a header has not: a code, a phone or ID number, a mail address, a date.
_DATA = re.compile(
    r"(?=.*\d)[0-9A-Za-z]{6,}(?:\.0)?|\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?(?: .*)?|[^@\s]+@[^@\s]+\.[^@\s]+|男|女|"
    r"\d{17}[\dXx]|(?:19|20)\d\d(?:级|年)?|\+?[\d -]{7,}",
    re.ASCII,
)
#: The likeness of all texts of a row together, of which 1 is a known word.
_LEAST_LIKENESS = 1.0


def search_header(grid: Grid, words: Vocabulary) -> Header | None:
    """Return the most likely header of a sheet, of one or two rows; None when the sheet has none.

    The first row with the most known words is the header; only where no row has enough of them, likeness decides.

    Args:
        grid: the sheet.
        words: the vocabulary of the expected roster.
    """
    needed = min(2, len(words.required))
    found = [
        header_at(grid, row_no, words)
        for row_no, row in enumerate(grid.rows[:SEARCHED_ROWS], start=1)
        if any(cell is not None for cell in row)
    ]
    best = max(found, key=lambda header: header.known, default=None)
    if best is not None and best.known >= needed:
        return best
    alike = [
        (_likeness(header, words), -header.row_no, header)
        for header in found
        if not looks_like_data(list(header.texts.values()))
    ]
    score, _, header = max(alike, key=lambda entry: entry[:2], default=(0.0, 0, None))
    enough = header is not None and sum(map(bool, header.texts.values())) >= max(2, len(words.required))
    return header if enough and score >= _LEAST_LIKENESS else None


def header_at(grid: Grid, row_no: int, words: Vocabulary) -> Header:
    """Return the header that begins in a row; the row below is a part of it when it completes it.

    Args:
        grid: the sheet.
        row_no: the row, from 1.
        words: the vocabulary of the expected roster.
    """
    row = grid.rows[row_no - 1] if row_no <= len(grid.rows) else []
    single = read_header(row_no, row, words)
    below = grid.rows[row_no] if row_no < len(grid.rows) else []
    lower, upper = _texts(below), _texts(row)
    merged_down = any(
        merged.top == row_no and merged.bottom == row_no + 1 and merged.left == merged.right
        for merged in grid.merged
    )
    if any(lower) and not looks_like_data(lower):
        double = header_of_texts(row_no + 1, _joined(grid, row_no, upper, lower, words), words, row_no)
        known = max(single.known, read_header(row_no + 1, below, words).known)
        if double.known > known or (merged_down and double.known >= single.known):
            return double
    elif merged_down:
        return header_of_texts(row_no + 1, upper, words, row_no)
    return single


def no_header(grid: Grid) -> Header:
    """Return the header of a sheet that has none: the columns without texts, above the first row."""
    width = max((len(row) for row in grid.rows[:SEARCHED_ROWS]), default=0)
    return Header(0, dict.fromkeys(range(width)), dict.fromkeys(range(width), ""), list(range(width)))


def looks_like_data(texts: Sequence[str]) -> bool:
    """Return whether a row holds values of people and no words for them."""
    filled = [text for text in texts if text]
    data = sum(_DATA.fullmatch(text) is not None for text in filled)
    return data >= 2 or (data == 1 and len(filled) <= 4)


def have_one_shape(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether two rows hold texts of the same lengths and scripts, as two people's rows do."""
    pairs = [(text, other) for text, other in zip(first, second, strict=False) if text and other]
    alike = sum(_shape(text) == _shape(other) for text, other in pairs)
    return len(pairs) > 1 and 3 * alike >= 2 * len(pairs)


def _shape(text: str) -> tuple[int, str]:
    """Return the length of a text, in steps of two, and the kinds of its characters."""
    kinds = {"9" if char.isdigit() else "a" if char.isascii() else "c" for char in text}
    return (len(text) + 1) // 2, "".join(sorted(kinds))


def repeated_block(header: Header) -> int:
    """Return the width of the block of columns that a header repeats side by side; 0 when it does not.

    Two lists are often printed beside each other: 学号 姓名 班级 学号 姓名 班级, perhaps with a blank column between.
    """
    texts = [normalised_header(header.texts[index]) for index in sorted(header.texts)]
    while texts and not texts[-1]:
        texts.pop()
    for width in range(2, len(texts) // 2 + 2):
        head = texts[:width]
        if sum(map(bool, head)) < 2:
            continue
        blocks = [texts[start : start + width] for start in range(0, len(texts), width)]
        if len(blocks) > 1 and all(
            _padded(block, width) == _padded([*head], width) or not any(block) for block in blocks
        ):
            return width
    return 0


def _padded(block: list[str], width: int) -> list[str]:
    return block + [""] * (width - len(block))


def _joined(
    grid: Grid, row_no: int, upper: Sequence[str], lower: Sequence[str], words: Vocabulary
) -> list[str]:
    """Return the texts of a header in two rows; a word that covers several columns belongs to each of them."""
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    for merged in grid.merged:
        if merged.top == row_no and merged.left < merged.right and merged.left <= width:
            for column in range(merged.left, min(merged.right, width) + 1):
                above[column - 1] = above[merged.left - 1]
    covering = ""
    joined: list[str] = []
    for top, bottom in zip(above, below, strict=True):
        # Without merged cells, a word stands above the first of the columns that it covers.
        covering = top or (covering if bottom else "")
        if not bottom:
            joined.append(top)
        elif covering and (words.is_of_another(covering) or words.field_of(bottom) is None):
            joined.append(f"{covering} {bottom}")
        else:
            joined.append(bottom)
    return joined


def _likeness(header: Header, words: Vocabulary) -> float:
    """Return the likeness of all texts of a header to known words."""
    return sum(
        max((likeness(normalised_header(text), field, words) for field in words.labels), default=0.0)
        for text in header.texts.values()
        if 0 < len(text) < 20
    )


def _texts(row: Sequence[Cell]) -> list[str]:
    return [" ".join(display_text(cell).split()) for cell in row]
