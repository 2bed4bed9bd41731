"""Columns of ``users`` that form one field of a person and share one mark of an edit by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: Maps a column, or a field's own name, to the column that stands for all columns of the field.
LEADS: Mapping[str, str] = {
    "name_pinyin": "real_name",
    "name_initials": "real_name",
    "mobile": "mobile_sealed",
    "mobile_index": "mobile_sealed",
    "id_number": "id_number_sealed",
    "id_number_index": "id_number_sealed",
    "class_name": "class_id",
    "photo": "photo_sha",
}


def lead(column: str) -> str:
    """Return the column that stands for the field of this column."""
    return LEADS.get(column, column)


def marks_among(marks: Iterable[str], columns: Iterable[str]) -> list[str]:
    """Return the marks of an account that lie on one of these columns."""
    leads = {lead(column) for column in columns}
    return [mark for mark in marks if lead(mark) in leads]
