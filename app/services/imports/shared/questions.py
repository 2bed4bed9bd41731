"""The questions in the preview of a teacher roster: is somebody of this name the same person, or another one?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Answer for "another person"; any other answer is the id of the account.
NEW = 0
#: Questions that a preview shows at once; the others follow when these are answered.
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Namesake:
    """An account of the same name; ``shown`` distinguishes it from others, personal values masked."""

    id: int
    shown: str


@dataclass(frozen=True, slots=True)
class Question:
    """A row whose person only the administrator knows; it stays out until the question is answered.

    Args:
        row_no: the row as the person sees it.
        name: the name in the row.
        shown: what else distinguishes the person of the row, masked.
        namesakes: accounts of this name; empty when the other person is in the same file.
    """

    row_no: int
    name: str
    shown: str
    namesakes: tuple[Namesake, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Question:
        """Read what ``asdict`` wrote."""
        return cls(**{**data, "namesakes": tuple(Namesake(**namesake) for namesake in data["namesakes"])})


def answers_of(options: Mapping[str, Any]) -> dict[int, int]:
    """Return the answers stored in ``RosterImport.options``: row number to ``NEW`` or an account's id."""
    return {int(row_no): int(answer) for row_no, answer in options.get("same_people", {}).items()}
