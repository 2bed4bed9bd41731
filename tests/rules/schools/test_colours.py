"""The colours of schools: pages stay readable with any of them."""

from __future__ import annotations

import itertools

import pytest

from app.errors import Invalid
from app.rules.schools.colours import AA_TEXT, accent_theme, contrast, parse_accent

LIGHT = ("#ffffff", "#f6f7f9", "#f1f3f6")
DARK = ("#171b21", "#0f1216", "#1f242c")
EVERY_HUE = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in itertools.product(range(0, 256, 51), repeat=3)]


def test_black_on_white_has_the_greatest_contrast_there_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("accent", EVERY_HUE)
def test_text_on_the_accent_is_readable_in_both_schemes(accent: str) -> None:
    theme = accent_theme(accent)
    for prefix in ("", "dark_"):
        for ground in ("accent", "accent_hover"):
            ratio = contrast(theme[f"{prefix}on_accent"], theme[f"{prefix}{ground}"])
            assert ratio >= AA_TEXT, (prefix, ground)


@pytest.mark.parametrize("accent", EVERY_HUE)
def test_links_are_readable_on_every_ground_of_their_scheme(accent: str) -> None:
    theme = accent_theme(accent)
    for prefix, grounds in (("", LIGHT), ("dark_", DARK)):
        for link, ground in itertools.product(("link", "link_hover"), (*grounds, theme[f"{prefix}tint"])):
            assert contrast(theme[f"{prefix}{link}"], ground) >= AA_TEXT, (prefix, link, ground)


@pytest.mark.parametrize("accent", EVERY_HUE)
def test_body_text_is_readable_on_the_tint(accent: str) -> None:
    theme = accent_theme(accent)
    assert contrast("#1b2027", theme["tint"]) >= AA_TEXT
    assert contrast("#e7eaee", theme["dark_tint"]) >= AA_TEXT


def test_a_readable_accent_is_kept_as_the_school_chose_it() -> None:
    theme = accent_theme("#1A5FB4")
    assert theme["accent"] == theme["link"] == "#1a5fb4"
    assert theme["on_accent"] == "#ffffff"


def test_a_pale_accent_gets_dark_text() -> None:
    assert accent_theme("#ffd54a")["on_accent"] == "#000000"


NOT_COLOURS = ["", "red", "#fff", "1a5fb4", "#1a5fb4;}body{display:none", "#gg0000", "#1a5fb4\n#"]


@pytest.mark.parametrize("text", NOT_COLOURS)
def test_what_is_not_a_colour_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_accent(text)
    assert refused.value.field == "accent"
