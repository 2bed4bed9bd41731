"""Choices survive being stored."""

from __future__ import annotations

import json

from app.sheets.rosters.choices import NO_CHOICES, Choices


def test_choices_are_read_back_as_they_were_stored() -> None:
    choices = Choices(
        sheets=("一班",),
        header_row=0,
        hidden_rows="all",
        taken_rows=frozenset({7, 2}),
        constants={"class_name": "1班"},
        codes={"gender": {"0": "女"}},
        fill_ditto=True,
    )
    assert Choices.from_json(json.loads(json.dumps(choices.as_json()))) == choices
    assert Choices.from_json({}) == NO_CHOICES
