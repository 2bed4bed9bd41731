"""The input of a check of a roster, and the interface of the rows that are checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from app.context import Context
from app.services.imports.shared.summary import Summary
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.read import RosterSheet
from app.vault import Vault
from tenants.registry import SchoolInfo

#: The key of a person's choices in the options of an import.
CHOICES_KEY = "choices"


@dataclass(frozen=True, slots=True)
class Source:
    """A roster as it was read.

    Args:
        vault: seals the values.
        school: the school of the people.
        today: the school's date.
        sheet: the file.
        options: the choices made for this import.
        pictures: the .zip that came along, if any.
        content: the file itself, for the pictures that stand in it.
    """

    vault: Vault
    school: SchoolInfo
    today: date
    sheet: RosterSheet
    options: Mapping[str, Any]
    pictures: bytes | None
    content: bytes = b""

    @property
    def choices(self) -> Choices:
        """The decisions of a person about how the file is read."""
        return choices_of(self.options)


def choices_of(options: Mapping[str, Any]) -> Choices:
    """Return the choices that are stored in ``RosterImport.options``."""
    return Choices.from_json(options.get(CHOICES_KEY, {}))


class Rows(Protocol):
    """The rows of one file, in its order, on their way from cells to staged rows."""

    def check(self) -> Iterator[None]:
        """Check the rows by themselves, one in each step.

        Raises:
            SheetRefused: the pictures cannot be read.
        """

    def match_existing(self, ctx: Context, import_id: int) -> None:
        """Compare the rows with the school's people, and reserve ids for those to be created."""

    def stage(self, start: int, stop: int) -> list[dict[str, Any]]:
        """Return the rows of a part of the file as they are stored."""

    def photos(self, staged: Sequence[Mapping[str, Any]]) -> Mapping[int, bytes]:
        """Return the pictures of staged rows by row number."""

    def summary(self, counts: Mapping[str, int]) -> Summary:
        """Return the summary of the whole file."""
