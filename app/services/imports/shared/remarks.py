"""Remarks about the values of a roster, for the preview."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from app.errors import msg
from app.rules.shared.texts import first_few
from app.sheets.rosters.findings import Remark

_SPELLINGS_NAMED = 3


class CheckedRow(Protocol):
    """A checked row of a roster."""

    @property
    def blanked(self) -> int:
        """The number of cells whose word means that there is no value."""


def blank_remarks(checked: Iterable[CheckedRow]) -> tuple[Remark, ...]:
    """Return a remark about words such as 无 or -, which were read as empty cells."""
    number = sum(row.blanked for row in checked)
    if not number:
        return ()
    return (Remark(msg("有 %(n)s 处写着“无”“-”之类的字样，按空白处理", n=number)),)


def spelling_remarks(spellings: Mapping[str, Sequence[str]]) -> tuple[Remark, ...]:
    """Return a remark for each class that a file spells in several ways.

    Args:
        spellings: the other spellings by the name of the class.
    """
    return tuple(
        Remark(
            msg(
                "班级“%(name)s”的其他写法（%(others)s）按同一个班级处理",
                name=name,
                others=first_few([f"“{other}”" for other in others], _SPELLINGS_NAMED),
            )
        )
        for name, others in spellings.items()
    )
