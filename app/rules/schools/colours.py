"""Readable colours from a school's accent, with the contrast of WCAG 2.2 in the light and the dark scheme.

Source of the formulas: WCAG 2.2, "relative luminance" and "contrast ratio"; level AA asks for 4.5:1 in text.
"""

from __future__ import annotations

import re
from colorsys import hls_to_rgb, rgb_to_hls

from app.errors import Invalid, msg

AA_TEXT = 4.5
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_LIGHT_GROUNDS = ("#ffffff", "#f6f7f9", "#f1f3f6")
_DARK_GROUNDS = ("#171b21", "#0f1216", "#1f242c")
_WHITE = "#ffffff"
# Pure black: on any colour it or white reaches at least 4.58:1; a softer black would not.
_BLACK = "#000000"
_STEP = 0.01

Rgb = tuple[float, float, float]


def accent_theme(accent_hex: str) -> dict[str, str]:
    """Derive every colour of the style sheet from a school's accent.

    Args:
        accent_hex: ``#rrggbb``.

    Returns:
        The colours ``accent``, ``accent_hover``, ``on_accent`` (text on both), ``link``, ``link_hover`` (text on
        every ground of the scheme and on ``tint``) and ``tint`` (a ground), and the same with the prefix ``dark_``;
        all ``#rrggbb``.

    Raises:
        Invalid: the text is not a colour of that form (field ``accent``).
    """
    accent = parse_accent(accent_hex)
    light = _scheme(accent, _LIGHT_GROUNDS, tint_share=0.09, darker=True)
    dark = _scheme(_lifted(accent), _DARK_GROUNDS, tint_share=0.17, darker=False)
    return light | {f"dark_{name}": value for name, value in dark.items()}


def parse_accent(text: str) -> str:
    """Check and normalise an accent to lower-case ``#rrggbb``.

    Raises:
        Invalid: the text is not a colour of that form (field ``accent``).
    """
    cleaned = text.strip()
    if not _HEX.fullmatch(cleaned):
        raise Invalid("accent", msg("主题色应写成 #1a5fb4 这样的六位颜色值"))
    return cleaned.lower()


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _scheme(accent: str, grounds: tuple[str, ...], *, tint_share: float, darker: bool) -> dict[str, str]:
    tint = _mix(accent, grounds[0], tint_share)
    link = _readable(accent, (*grounds, tint), darker=darker)
    on_accent = max(_WHITE, _BLACK, key=lambda text: contrast(text, accent))
    # The hover colour moves away from the colour of its text, so that it can only become more readable.
    hover = _shifted(accent, -0.07 if on_accent == _WHITE else 0.07)
    return {
        "accent": accent,
        "accent_hover": hover,
        "on_accent": on_accent,
        "link": link,
        "link_hover": _shifted(link, -0.08 if darker else 0.08),
        "tint": tint,
    }


def _readable(colour: str, grounds: tuple[str, ...], *, darker: bool) -> str:
    """Return the colour with the nearest lightness that makes text readable on all grounds."""
    candidate = colour
    while any(contrast(candidate, ground) < AA_TEXT for ground in grounds):
        candidate = _shifted(candidate, -_STEP if darker else _STEP)
    return candidate


def _lifted(colour: str) -> str:
    """Return the colour, lightened until it stands out (3:1) from the dark scheme's surface."""
    candidate = colour
    while contrast(candidate, _DARK_GROUNDS[0]) < 3:
        candidate = _shifted(candidate, _STEP)
    return candidate


def _shifted(colour: str, by: float) -> str:
    """Return the colour with its lightness (0 to 1) changed."""
    hue, lightness, saturation = rgb_to_hls(*_rgb(colour))
    return _hex(hls_to_rgb(hue, min(1.0, max(0.0, lightness + by)), saturation))


def _mix(colour: str, ground: str, share: float) -> str:
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(_rgb(colour), _rgb(ground), strict=True))
    return _hex((red, green, blue))


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
