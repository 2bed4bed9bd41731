"""The rules of a teacher roster (manual 5.2), row by row and across a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.errors import Message, msg
from app.rules.imports.duplicates import find_repeated
from app.rules.imports.roster_rows import RowCells, blank_word_problem, problems_of_row
from app.rules.shared import person_lengths as lengths
from app.rules.shared.cells import Cell, Unreadable, code_text, normalised_text
from app.rules.shared.contacts import read_email, read_mobile
from app.rules.shared.id_numbers import Gender, IdNumber, read_id_number
from app.rules.shared.masking import mask_email, mask_id_number, mask_mobile
from app.rules.shared.pinyin import pinyin_of
from app.rules.shared.problems import Problem
from app.rules.shared.texts import read_line, read_real_name

#: The columns of the template in the manual's order and words.
TEMPLATE_LABELS: Mapping[str, str] = {
    "real_name": "真实姓名",
    "id_number": "身份证号",
    "mobile": "手机号",
    "email": "邮箱",
    "bio": "教师简介",
    "picture": "图片",
}
#: All columns that are read; only files made from 登录名清单 have a login name.
LABELS: Mapping[str, str] = {**TEMPLATE_LABELS, "login_name": "登录名"}
REQUIRED = ("real_name",)

_UNIQUE = ("login_name", "id_number", "mobile", "email")
_MASKS: Mapping[str, Callable[[str], str]] = {
    "id_number": mask_id_number,
    "mobile": mask_mobile,
    "email": mask_email,
}
#: A login name begins with a letter, so that it is never mistaken for a phone number or a 学号.
_LOGIN_NAME = re.compile(r"[a-z][a-z0-9_.-]{1,63}")
_STEM_LENGTH = 48
_NAMELESS = "teacher"


def read_login_name(cell: Cell) -> str | None:
    """Read a login name, in lower case.

    Raises:
        Unreadable: it does not begin with a letter, has other characters, or is too long.
    """
    text = code_text(cell).lower()
    if not text:
        return None
    if not _LOGIN_NAME.fullmatch(text):
        raise Unreadable(msg("应以字母开头，只含字母、数字和“-”“_”“.”，2 到 64 个字符"))
    return text


def read_bio(cell: Cell) -> str | None:
    """Read a 教师简介, keeping its lines.

    Raises:
        Unreadable: longer than 2000 characters, or with characters that an encoding has destroyed.
    """
    if not isinstance(cell, str):
        return read_line(cell, lengths.BIO)
    lines = [read_line(line, lengths.BIO) or "" for line in cell.splitlines()]
    text = "\n".join(lines).strip("\n")
    if len(text) > lengths.BIO:
        raise Unreadable(msg("超过 %(limit)s 个字符", limit=lengths.BIO))
    return text or None


def read_picture_name(cell: Cell) -> str | None:
    """Read the file name of a picture.

    Raises:
        Unreadable: it is too long for a file name.
    """
    text = normalised_text(cell)
    if len(text) > lengths.PICTURE_NAME:
        raise Unreadable(msg("超过 %(limit)s 个字符", limit=lengths.PICTURE_NAME))
    return text or None


_READERS: Mapping[str, Callable[[Cell, date], Any]] = {
    "real_name": lambda cell, _: read_real_name(cell),
    "id_number": read_id_number,
    "mobile": lambda cell, _: read_mobile(cell),
    "email": lambda cell, _: read_email(cell),
    "bio": lambda cell, _: read_bio(cell),
    "picture": lambda cell, _: read_picture_name(cell),
    "login_name": lambda cell, _: read_login_name(cell),
}


@dataclass(frozen=True, slots=True)
class TeacherValues:
    """The normalised values of a row. A name that is missing or wrong is "", any other such value None.

    Args:
        birth_date: taken from the ID number.
        gender: taken from the ID number.
        picture: the file name of the picture, as written.
    """

    real_name: str
    id_number: str | None
    birth_date: date | None
    gender: Gender | None
    mobile: str | None
    email: str | None
    bio: str | None
    picture: str | None
    login_name: str | None


@dataclass(frozen=True, slots=True)
class CheckedTeacher:
    """A row with its problems; it can be imported when there are none.

    Args:
        blanked: the number of cells whose word means that there is no value.
    """

    row_no: int
    values: TeacherValues
    problems: tuple[Problem, ...]
    blanked: int = 0


def check_teacher(row: RowCells, *, today: date, labels: Mapping[str, str] = LABELS) -> CheckedTeacher:
    """Read and check a single row.

    Args:
        row: the cells by field.
        today: the school's date, the latest possible birthday.
        labels: headers as the person wrote them, for the problems.
    """
    found: dict[str, Any] = {}
    wrong: dict[str, Message] = {}
    blanked = 0
    for field, read in _READERS.items():
        cell = row.cells.get(field)
        if (blank := blank_word_problem(cell)) is not None:
            if field in REQUIRED:
                wrong[field] = blank
            else:
                blanked += 1
            continue
        try:
            found[field] = read(cell, today)
        except Unreadable as unreadable:
            wrong[field] = unreadable.message
    if not found.get("real_name") and "real_name" not in wrong:
        wrong["real_name"] = msg("不能为空")
    problems = problems_of_row(row, wrong, columns=LABELS, labels=labels, masks=_MASKS)
    return CheckedTeacher(row.row_no, _values(found), problems, blanked)


def _values(found: Mapping[str, Any]) -> TeacherValues:
    identity: IdNumber | None = found.get("id_number")
    return TeacherValues(
        real_name=found.get("real_name") or "",
        id_number=identity.number if identity else None,
        birth_date=identity.birth_date if identity else None,
        gender=identity.gender if identity else None,
        mobile=found.get("mobile"),
        email=found.get("email"),
        bio=found.get("bio"),
        picture=found.get("picture"),
        login_name=found.get("login_name"),
    )


def find_duplicates(
    checked: Sequence[CheckedTeacher],
    *,
    labels: Mapping[str, str] = LABELS,
    row_name: Callable[[int], str] | None = None,
) -> list[Problem]:
    """Find login names, ID numbers, phone numbers and mail addresses that occur in several rows.

    Args:
        checked: the rows of one file, in its order.
        labels: headers as the person wrote them.
        row_name: returns the name of a row where its number alone says too little.
    Returns:
        The problems in order of row; each names the other rows, five at most.
    """
    return find_repeated(checked, _UNIQUE, labels={**LABELS, **labels}, masks=_MASKS, row_name=row_name)


def login_stem(real_name: str) -> str:
    """Return the pinyin of a name, the beginning of new login names."""
    stem = pinyin_of(real_name)[0][:_STEM_LENGTH]
    return stem if stem[:1].isalpha() else _NAMELESS + stem


def new_login_name(real_name: str, taken: Collection[str]) -> str:
    """Return a login name for a teacher without phone and mail: pinyin and the first free number.

    Args:
        real_name: for instance 王芳, which gives ``wangfang1``.
        taken: login names that are in use or reserved.
    """
    stem, number = login_stem(real_name), 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
