"""Private characters of old encodings."""

from __future__ import annotations

import pytest

from app.rules.shared.private_characters import first_private, holds_private, resolve_private


def test_the_table_agrees_with_the_codec_where_that_has_the_later_code_points() -> None:
    codes = [bytes((0xFE, trail)) for trail in (*range(0x50, 0x7F), *range(0x80, 0xA1))]
    private = [chr(0xE815 + place) for place in range(len(codes))]
    assert len(private) == 80
    agreeing = 0
    for code, character in zip(codes, private, strict=True):
        decoded = code.decode("gb18030")
        if not holds_private(decoded):
            agreeing += 1
            assert resolve_private(character) == decoded
    assert agreeing > 50


@pytest.mark.parametrize(
    ("private", "character"),
    [("\ue863", "䶮"), ("\ue816", "𠂇"), ("\ue854", "龺"), ("\ue7c7", "ḿ"), ("\ue864", "龻")],
)
def test_known_characters_become_what_they_stand_for(private: str, character: str) -> None:
    assert resolve_private(f"王{private}") == f"王{character}"


def test_an_unknown_character_is_named_by_its_code() -> None:
    assert resolve_private("王\ue123") == "王\ue123"
    assert first_private("王\ue123") == "U+E123"
    assert first_private("王䶮") == ""
