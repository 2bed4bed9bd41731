"""The filters of course lists: their choices, the words for them, and the number of courses of each choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.rules.courses.disciplines import in_catalogue_order
from app.web.shared.i18n import translated
from app.web.shared.state_words import STATE_WORDS


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, the word for it, and the number of courses that it leaves."""

    value: str
    word: str
    count: int


def state_choices(counts: Mapping[str, int], chosen: str) -> list[Choice]:
    """Return those of 报名中, 即将开课, 进行中, 已结束 that have courses, and the chosen one."""
    return _named("course", counts, chosen)


def source_choices(counts: Mapping[str, int], chosen: str) -> list[Choice]:
    """Return 联盟慕课 and 本校, or no choices if all courses have the same source."""
    choices = _named("source", counts, chosen)
    return choices if len(choices) > 1 or chosen else []


def discipline_choices(counts: Mapping[str, int], chosen: str) -> list[Choice]:
    """Return the disciplines that have courses, in the catalogue's order, and the chosen one.

    A single discipline is no choice.
    """
    names = in_catalogue_order({name for name in (*counts, chosen) if name})
    return [Choice(name, name, counts.get(name, 0)) for name in names] if len(names) > 1 or chosen else []


def _named(thing: str, counts: Mapping[str, int], chosen: str) -> list[Choice]:
    words = STATE_WORDS[thing].items()
    return [
        Choice(code, translated(word), counts.get(code, 0))
        for code, (word, _tone) in words
        if counts.get(code) or code == chosen
    ]
