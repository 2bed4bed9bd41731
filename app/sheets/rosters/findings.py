"""Findings about a roster's file: what is not read, what was changed in reading, and what has to be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.errors import Message

#: Why a row of the file is left out.
Reason = Literal["not_a_person", "above_header", "hidden", "repeated_header", "example"]
#: What a person has to decide before the rows are read.
Question = Literal["columns", "sheets", "hidden_rows", "class", "codes"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row with content that is not read as a person.

    Args:
        row_no: the number of the row, as in ``RosterRow``.
        reason: why it is left out.
        texts: its cells with content, as the person sees them.
        raw: the texts of the person's own columns, aligned with ``RosterSheet.header``.
    """

    row_no: int
    reason: Reason
    texts: tuple[str, ...]
    raw: list[str]


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about the file that a person reads in the preview.

    Args:
        message: the sentence.
        missing: whether people may be missing because of it, so that it stands first.
        take: the choice that would read what is left out, "" if there is none: ``sheet`` (of the name ``value``),
            ``rows`` (``taken_rows`` in ``rows``), ``hidden_rows`` or ``ditto``.
        value: the name of the sheet for ``sheet``.
        rows: the row numbers for ``rows``.
    """

    message: Message
    missing: bool = False
    take: Literal["", "sheet", "rows", "hidden_rows", "ditto"] = ""
    value: str = ""
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet with content, for a person to choose.

    Args:
        name: its name.
        rows: the number of rows with content.
        hidden: whether it is hidden.
        read: whether it is read.
    """

    name: str
    rows: int
    hidden: bool
    read: bool
