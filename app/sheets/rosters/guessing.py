"""Guesses at the columns of a roster, by the similarity of headers and by content, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher

from app.rules.shared.birth_dates import read_birth_date
from app.rules.shared.cells import Cell, Unreadable, display_text
from app.rules.shared.contacts import read_email, read_mobile
from app.rules.shared.gender_and_years import read_entry_year
from app.rules.shared.id_numbers import read_id_number
from app.sheets.rosters.header import Vocabulary, normalised_header

_EXACT, _SUGGESTED, _CONTAINED, _ALIKE = 1.0, 0.9, 0.7, 0.6
#: The penalty for a merely similar header whose content contradicts it.
_CONTRADICTED = 0.5
_LEAST_SCORE = 0.45
#: The share of cells that must fit before the content counts as evidence.
_LEAST_SHARE = 0.6


def _reads(read: Callable[[Cell, date], object]) -> Callable[[Cell, date], bool]:
    def fits(cell: Cell, today: date) -> bool:
        try:
            return bool(read(cell, today))
        except Unreadable:
            return False

    return fits


def _looks_like(pattern: str) -> Callable[[Cell, date], bool]:
    compiled = re.compile(pattern)
    return lambda cell, _: compiled.fullmatch(display_text(cell).strip()) is not None


#: 临床1班, 临床240101, 临床24(1), 2024级临床医学1, 1903102, 160341B: most real classes do not end in 班.
_CLASS = (
    r".{1,40}班(级)?|[\u4e00-\u9fff]{2,12}\d{2,8}([(（-]\d{1,2}[)）]?)?[A-Za-z]?|(19|20)\d\d级?[\u4e00-\u9fff]{2,12}\d*"
    r"|(1\d|2\d)\d{4,5}[A-Za-z]?"
)
#: For each field, the weight of its content as evidence, and the check of a cell.
_CONTENT: Mapping[str, tuple[float, Callable[[Cell, date], bool]]] = {
    "id_number": (0.9, _reads(read_id_number)),
    "mobile": (0.9, _reads(lambda cell, _: read_mobile(cell))),
    "email": (0.9, _reads(lambda cell, _: read_email(cell))),
    "gender": (0.9, _looks_like("[男女][性生]?")),
    "birth_date": (0.7, _reads(read_birth_date)),
    "entry_year": (0.7, _reads(read_entry_year)),
    "class_name": (0.8, _looks_like(_CLASS)),
    "study_years": (0.5, _looks_like(r"[2-8二三四五六七八]年制?")),
    "student_no": (0.5, _looks_like(r"(?!1[3-9]\d{9}$)[0-9A-Za-z]{6,15}")),
    "real_name": (0.6, _looks_like(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{2,8}·[\u4e00-\u9fff·]{2,12}")),
    "major": (0.5, _looks_like(r"[\u4e00-\u9fff()（）]{2,20}(学|专业|工程|护理|技术|检验)")),
    "picture": (0.9, _looks_like(r"(?i).{1,100}\.(jpe?g|png|webp|gif|bmp)")),
    "bio": (0.5, _looks_like(r"(?s).{30,}")),
}
#: Fields whose values differ between people: a column with repeated values is not one of them.
_OF_ONE_PERSON = frozenset({"student_no", "real_name", "id_number", "mobile", "email"})
#: Fields that many people share: a column with a value of its own for each person is not one of them.
_OF_MANY = frozenset({"class_name"})


def guess_fields(
    header: Sequence[str],
    columns: Sequence[Sequence[Cell]],
    words: Vocabulary,
    today: date,
    known: Sequence[str | None] = (),
) -> tuple[str | None, ...]:
    """Return the most likely field of each column, each field at most once.

    Args:
        header: the headers of the columns.
        columns: some cells of each column, without empty ones.
        words: the vocabulary of the expected roster.
        today: the school's date, for birth dates.
        known: the fields that the header itself says, which stay.
    """
    known_fields = {field for field in known if field}
    scores = [
        (score, index, field)
        for index, text in enumerate(header)
        if not words.is_of_another(text) and not (known and known[index])
        for field in words.labels
        if field not in known_fields
        if (score := _score(text, columns[index], field, words, today)) >= _LEAST_SCORE
    ]
    guessed: list[str | None] = _once(known) if known else [None] * len(header)
    taken: set[str] = set()
    for _, index, field in sorted(scores, key=lambda entry: (-entry[0], entry[1])):
        if guessed[index] is None and field not in taken:
            guessed[index] = field
            taken.add(field)
    return tuple(guessed)


def _once(fields: Sequence[str | None]) -> list[str | None]:
    """Return the fields, each only for the first of its columns."""
    return [field if field and field not in fields[:place] else None for place, field in enumerate(fields)]


def _score(text: str, cells: Sequence[Cell], field: str, words: Vocabulary, today: date) -> float:
    by_word, by_content = likeness(normalised_header(text), field, words), _content(cells, field, today)
    if by_word == _EXACT:
        return by_word + (by_content or 0.0)
    if by_content == 0.0:
        by_word -= _CONTRADICTED
    return by_word + (by_content or 0.0)


def likeness(text: str, field: str, words: Vocabulary) -> float:
    """Return the similarity of a header to the words for a field, from 0 to 1."""
    best = _SUGGESTED if words.suggests(text, field) else 0.0
    for word in words.spellings(field):
        if text == word:
            return _EXACT
        if len(word) > 1 and word in text:
            best = max(best, _CONTAINED)
        elif text and len(text) > 1:
            ratio = SequenceMatcher(None, text, word).ratio()
            best = max(best, ratio * _CONTAINED if ratio >= _ALIKE else 0.0)
    return best


def _content(cells: Sequence[Cell], field: str, today: date) -> float | None:
    """Return the evidence of the cells for a field: None without evidence, 0 when they contradict it."""
    if field not in _CONTENT or not cells:
        return None
    weight, fits = _CONTENT[field]
    share = sum(fits(cell, today) for cell in cells) / len(cells)
    if share < _LEAST_SHARE:
        return 0.0
    if field in _OF_ONE_PERSON and len(cells) > 3 and len(set(map(str, cells))) < _LEAST_SHARE * len(cells):
        return 0.0
    if field in _OF_MANY and len(cells) > 3 and len(set(map(str, cells))) == len(cells):
        return 0.0
    return weight * share
