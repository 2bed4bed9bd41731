"""The states of an import."""

from __future__ import annotations

from app.models.imports import STATES
from app.rules.imports.states import OPEN, OVER


def test_every_state_of_an_import_is_open_or_over() -> None:
    assert {*OPEN, *OVER} == set(STATES)
    assert not OPEN & OVER
