"""Columns of ``users`` that belong together: one field of a person, one mark of an edit by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: column, or a field's own name, to the column that stands for all columns of the field.
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
    """The column that stands for the field of this one."""
    return LEADS.get(column, column)


def marks_among(marks: Iterable[str], columns: Iterable[str]) -> list[str]:
    """Those marks of an account that lie on one of these columns."""
    leads = {lead(column) for column in columns}
    return [mark for mark in marks if lead(mark) in leads]
