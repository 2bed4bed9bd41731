"""Values of a file as the mapping page shows them: enough to recognise a column, too little to use a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.rules.shared.masking import mask_date, mask_email, mask_id_number, mask_mobile

_BREAK = r"[ \-\u00a0\u3000]?"
_EMAIL = re.compile(r"[^@\s，,；;：:（）()]+@[^@\s，,；;（）()]+")
_ID_NUMBER = re.compile(rf"(?<!\d)\d(?:{_BREAK}\d){{16}}{_BREAK}[\dXx](?!\d)|(?<!\d)\d{{15}}(?!\d)")
_MOBILE = re.compile(rf"(?<!\d)(?:\+?(?:00)?86{_BREAK})?1{_BREAK}[3-9](?:{_BREAK}\d){{9}}(?!\d)")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]\d{8}|[A-Za-z]{2}\d{7}|[HMhm]\d{8,10})(?!\d)")
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d{2}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?(?!\d)"
    r"|(?<!\d)(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
)
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")


def _digits(text: str) -> str:
    return re.sub(r"[^\dXx+]", "", text)


def _number(mask: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: mask(_digits(text))


#: The shapes of personal values, the longest first, with their masks. A later shape does not look into an earlier one.
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (_EMAIL, mask_email),
    (_ID_NUMBER, _number(mask_id_number)),
    (_MOBILE, _number(lambda text: mask_mobile(re.sub(r"^\+?(?:00)?86(?=1)", "", text)))),
    (_LANDLINE, _number(mask_mobile)),
    (_PASSPORT, mask_id_number),
    (_DATE, lambda text: text[:4] + "****"),
)
#: Shapes that a code may have without being personal, where the column is read as a code.
_CODES = frozenset({"student_no", "class_name", "entry_year", "study_years", "login_name", "picture"})
_NOT_IN_CODES = frozenset({_PASSPORT, _DATE, _LANDLINE})
#: The masks of columns that hold nothing but personal values, whatever the shape of a single (mistyped) one.
_OF_FIELD: dict[str, Callable[[str], str]] = {
    "id_number": mask_id_number,
    "mobile": mask_mobile,
    "email": mask_email,
    "birth_date": mask_date,
}

_SIX_DIGITS = re.compile(r"\d(?:[ -]?\d){5}")
_GENDERS = frozenset({"男", "女", "男性", "女性"})


def masked(text: str, field: str | None = None) -> str:
    """Return a value with the personal parts masked.

    Args:
        text: the value, or a text that contains such values.
        field: the field that its column is read as or proposed for.
    """
    hidden, found = _by_shape(text, _NOT_IN_CODES if field in _CODES else frozenset())
    if found or field not in _OF_FIELD or not text.strip():
        return hidden
    return _OF_FIELD[field](text.strip())


def masked_row(texts: Sequence[str], fields: Sequence[str | None] = ()) -> tuple[str, ...]:
    """Return the cells of a row, masked; cells beyond ``fields`` are masked by their shape alone."""
    padded = [*fields, *([None] * len(texts))]
    return tuple(masked(text, field) for text, field in zip(texts, padded, strict=False))


def holds_values(header: Sequence[str]) -> bool:
    """Return whether a row that was taken for a header seems to hold the values of a person.

    Headers have no six digits in a row, mail addresses, dates, or cells with nothing but a gender.
    """
    return any(
        _SIX_DIGITS.search(text)
        or _EMAIL.search(text)
        or _DATE.search(text)
        or _PASSPORT.search(text)
        or text.strip() in _GENDERS
        for text in header
    )


def _by_shape(text: str, without: frozenset[re.Pattern[str]]) -> tuple[str, bool]:
    pieces = [(text, False)]
    for shape, mask in _SHAPES:
        if shape in without:
            continue
        pieces = [
            part for piece, done in pieces for part in ([(piece, True)] if done else _cut(piece, shape, mask))
        ]
    return "".join(piece for piece, _ in pieces), any(done for _, done in pieces)


def _cut(text: str, shape: re.Pattern[str], mask: Callable[[str], str]) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    end = 0
    for found in shape.finditer(text):
        parts += [(text[end : found.start()], False), (mask(found.group()), True)]
        end = found.end()
    return [*parts, (text[end:], False)]
