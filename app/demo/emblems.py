"""The emblems of the demo's tenants, drawn here; they go through the same check as any uploaded picture."""

from __future__ import annotations

import math

_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="200" height="200">'


def alliance() -> bytes:
    """Four circles that overlap around a common centre."""
    circles = "".join(
        f'<circle cx="{100 + 32 * math.cos(turn):.1f}" cy="{100 + 32 * math.sin(turn):.1f}" r="52" '
        f'fill="{colour}" fill-opacity="0.82"/>'
        for turn, colour in zip(
            (-math.pi / 2, 0, math.pi / 2, math.pi), ("#3949ab", "#00838f", "#5c6bc0", "#26a69a"), strict=True
        )
    )
    cross = '<path d="M92 76h16v16h16v16h-16v16H92v-16H76V92h16z" fill="#fff"/>'
    return _svg(circles + cross)


def mingde() -> bytes:
    """A sun over an open book: 明德, to make virtue bright."""
    rays = "".join(
        f'<path d="M100 40V22" stroke="#f2b63c" stroke-width="7" stroke-linecap="round" '
        f'transform="rotate({turn} 100 84)"/>'
        for turn in range(-75, 76, 25)
    )
    return _svg(
        '<circle cx="100" cy="100" r="96" fill="#17508f"/>'
        '<circle cx="100" cy="100" r="88" fill="none" stroke="#fff" stroke-opacity="0.55" stroke-width="2.5"/>'
        f'{rays}<path d="M70 92a30 30 0 0 1 60 0z" fill="#f2b63c"/>'
        '<path d="M100 110c-16-14-38-15-58-9v50c20-6 42-4 58 10 16-14 38-16 58-10v-50c-20-6-42-5-58 9z" fill="#fff"/>'
        '<path d="M100 110v51" stroke="#17508f" stroke-width="4"/>'
        '<path d="M55 116c12-2 24 0 34 6M55 131c12-2 24 0 34 6M145 116c-12-2-24 0-34 6M145 131c-12-2-24 0-34 6"'
        ' fill="none" stroke="#17508f" stroke-opacity="0.45" stroke-width="3.5" stroke-linecap="round"/>'
    )


def boai() -> bytes:
    """A heart held by two hands that are one line: 博爱, love for all."""
    return _svg(
        '<path d="M100 6l82 30v62c0 48-34 80-82 98-48-18-82-50-82-98V36z" fill="#a92c48"/>'
        '<path d="M100 18l71 26v54c0 41-29 69-71 85-42-16-71-44-71-85V44z" fill="none" stroke="#fff"'
        ' stroke-opacity="0.5" stroke-width="2.5"/>'
        '<path d="M100 128C72 108 58 92 58 75c0-14 10-24 22-24 9 0 16 5 20 13 4-8 11-13 20-13 12 0 22 10 22 24 0 17-14'
        ' 33-42 53z" fill="#fff"/>'
        '<path d="M60 82h22l8-16 12 32 9-20 5 4h24" fill="none" stroke="#a92c48" stroke-width="5"'
        ' stroke-linejoin="round" stroke-linecap="round"/>'
        '<path d="M56 124c8 22 24 33 44 34 20-1 36-12 44-34" fill="none" stroke="#fff" stroke-width="7"'
        ' stroke-linecap="round"/>'
    )


def houpu() -> bytes:
    """A branch with broad leaves over a mortar: 厚朴, the magnolia whose bark is a remedy."""
    leaves = "".join(
        f'<path d="M100 96c-{wide}-8-{wide}-40 0-62 {wide} 22 {wide} 54 0 62z" fill="{colour}" '
        f'transform="rotate({turn} 100 108)"/>'
        for turn, wide, colour in (
            (-62, 22, "#9ccc9f"),
            (62, 22, "#9ccc9f"),
            (-31, 24, "#c5e3c0"),
            (31, 24, "#c5e3c0"),
            (0, 25, "#fff"),
        )
    )
    return _svg(
        '<rect x="4" y="4" width="192" height="192" rx="52" fill="#23694a"/>'
        '<rect x="13" y="13" width="174" height="174" rx="44" fill="none" stroke="#fff" stroke-opacity="0.45"'
        ' stroke-width="2.5"/>'
        f'{leaves}<path d="M46 108h108c0 30-16 50-36 56v6h14v8H68v-8h14v-6c-20-6-36-26-36-56z" fill="#f3e2b8"/>'
        '<path d="M46 108h108" stroke="#23694a" stroke-width="4"/>'
    )


def _svg(body: str) -> bytes:
    return (_HEAD + body + "</svg>").encode()
