"""What a roster of any kind is checked from, and what the check asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from app.context import Context
from app.services.imports.shared.summary import Summary
from app.sheets.rosters.read import RosterSheet
from app.vault import Vault
from tenants.registry import SchoolInfo


@dataclass(frozen=True, slots=True)
class Source:
    """A roster as it was read.

    Args:
        vault: seals.
        school: whose people they are.
        today: the school's date.
        sheet: the file.
        options: what people chose for this import.
        pictures: the .zip that came along, if any.
    """

    vault: Vault
    school: SchoolInfo
    today: date
    sheet: RosterSheet
    options: Mapping[str, Any]
    pictures: bytes | None


class Rows(Protocol):
    """The rows of one file, in its order, on their way from cells to staged rows."""

    def check(self) -> Iterator[None]:
        """Check the rows by themselves, one each step.

        Raises:
            SheetRefused: what came along cannot be read.
        """

    def match_existing(self, ctx: Context, import_id: int) -> None:
        """Compare with what the school has, and reserve what is to come."""

    def stage(self, start: int, stop: int) -> list[dict[str, Any]]:
        """The rows of a part of the file as they are stored."""

    def photos(self, staged: Sequence[Mapping[str, Any]]) -> Mapping[int, bytes]:
        """The pictures that belong to staged rows, by number of the row."""

    def summary(self, counts: Mapping[str, int]) -> Summary:
        """What is known of the file as a whole."""
