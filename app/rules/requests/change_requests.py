"""Change requests of students, checked by the rules of the import and with the same messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.errors import InvalidFields, Message, msg
from app.rules.people.typed_account import read_account
from app.rules.shared.cells import Cell

#: The fields in the order of the form. The school assigns the 学号; students change the rest themselves.
REQUESTABLE = (
    "real_name", "gender", "birth_date", "id_number", "entry_year", "study_years", "class_name", "major",
)  # fmt: skip
REASON_LENGTH = 500
ANSWER_LENGTH = 500

#: The most frequent reasons of administrators for a rejection.
CANNED_ANSWERS: tuple[Message, ...] = (
    msg("证明材料不清楚或不完整，请补充后重新申请"),
    msg("填写的内容与证明材料不一致"),
    msg("与学校学籍档案不一致，请先到教务部门核对"),
    msg("无需修改，现有信息正确"),
)

_FROM_IDENTITY = ("birth_date", "gender")
_GENDERS = {"male": "男", "female": "女"}


def check_change(
    current: Mapping[str, Cell], new_texts: Mapping[str, str], *, unit_code: str, today: date
) -> dict[str, tuple[str, str]]:
    """Check the new values by the rules of the import, together with the values that stay.

    A new ID number also changes birth date and gender, unless new ones were entered.

    Args:
        current: all fields of the account, as a file would have them.
        new_texts: the entered texts by field; an empty text leaves the field as it is.

    Returns:
        The old and the new text of each field that would change, in a form that the rules can read again.

    Raises:
        InvalidFields: for every field that is wrong.
    """
    wanted = {
        field: text.strip() for field, text in new_texts.items() if field in REQUESTABLE and text.strip()
    }
    cells: dict[str, Cell] = {**current, **wanted}
    if "id_number" in wanted:
        cells |= {field: wanted.get(field, "") for field in _FROM_IDENTITY}
    read = read_account("student", cells, unit_code=unit_code, today=today)
    concerned = {*wanted, *(_FROM_IDENTITY if "id_number" in wanted else ())}
    wrong = {field: message for field, message in read.wrong.items() if field in concerned}
    if wrong:
        raise InvalidFields(wrong)
    pairs = {field: (text_of(current[field]), text_of(read.values[field])) for field in REQUESTABLE}
    return {field: pair for field, pair in pairs.items() if field in concerned and pair[0] != pair[1]}


def text_of(value: Any) -> str:
    """Return the text of an account's value as a person would write it."""
    return "" if value is None else _GENDERS.get(value, str(value))
