"""Covers of the demo's courses, drawn by code: one calm composition each, 16:9."""

from __future__ import annotations

import math
import random

WIDTH, HEIGHT = 640, 360


def svg(top: str, bottom: str, body: str) -> bytes:
    """A picture on a ground that goes from one colour to another."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<defs><linearGradient id="ground" x1="0" y1="0" x2="1" y2="1"><stop stop-color="{top}"/>'
        f'<stop offset="1" stop-color="{bottom}"/></linearGradient></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#ground)"/>{body}</svg>'
    ).encode()


def heartbeat() -> bytes:
    """A heart's trace crossing the rings of a stethoscope's sound."""
    rings = "".join(
        f'<circle cx="440" cy="180" r="{radius}" fill="none" stroke="#fff" stroke-opacity="{0.30 - radius / 1400:.2f}"'
        ' stroke-width="1.6"/>'
        for radius in range(44, 330, 30)
    )
    trace = "M0 196H150l18-14 16 14h30l12 12 22-104 26 168 20-92 12 16h34l24-24 26 24h44"
    return svg(
        "#f7d9d3",
        "#c96f6b",
        f'{rings}<circle cx="440" cy="180" r="30" fill="#fff" fill-opacity="0.92"/>'
        '<circle cx="440" cy="180" r="17" fill="#c96f6b"/>'
        f'<path d="{trace}" fill="none" stroke="#fff" stroke-width="5" stroke-linejoin="round"'
        ' stroke-linecap="round"/>',
    )


def helix() -> bytes:
    """A double helix with its rungs."""
    points = [(x, math.sin(x / 62)) for x in range(-20, WIDTH + 21, 10)]

    def strand(sign: int) -> str:
        return "M" + " L".join(f"{x} {180 + sign * 84 * y:.1f}" for x, y in points)

    rungs = "".join(
        f'<path d="M{x} {180 + 84 * y:.1f}V{180 - 84 * y:.1f}" stroke="#fff" stroke-opacity="{0.25 + 0.5 * abs(y):.2f}"'
        ' stroke-width="4" stroke-linecap="round"/>'
        for x, y in points[::2]
        if abs(y) > 0.15
    )
    beads = "".join(
        f'<circle cx="{x}" cy="{180 + sign * 84 * y:.1f}" r="7.5" fill="{colour}"/>'
        for x, y in points[::2]
        for sign, colour in ((1, "#fff"), (-1, "#ffd9a0"))
        if abs(y) > 0.15
    )
    return svg(
        "#d5e3f7",
        "#4e7cc0",
        f'{rungs}<path d="{strand(1)}" fill="none" stroke="#fff" stroke-width="5"/>'
        f'<path d="{strand(-1)}" fill="none" stroke="#ffd9a0" stroke-width="5"/>{beads}',
    )


def neurons() -> bytes:
    """Cells of the nervous system, reaching for each other."""
    chance = random.Random(7)  # noqa: S311 (a drawing)
    cells = [(150, 120, 30), (420, 96, 24), (300, 250, 34), (520, 262, 27), (70, 292, 20)]
    drawn = ""
    for x, y, size in cells:
        for branch in range(9):
            turn = branch * math.tau / 9 + chance.uniform(-0.25, 0.25)
            reach = size * chance.uniform(2.6, 4.4)
            bend = turn + chance.uniform(-0.5, 0.5)
            end_x, end_y = x + reach * math.cos(turn), y + reach * math.sin(turn)
            middle_x, middle_y = x + reach * 0.55 * math.cos(bend), y + reach * 0.55 * math.sin(bend)
            drawn += (
                f'<path d="M{x} {y}Q{middle_x:.0f} {middle_y:.0f} {end_x:.0f} {end_y:.0f}" fill="none" stroke="#fff" '
                'stroke-opacity="0.55" stroke-width="3" stroke-linecap="round"/>'
                f'<circle cx="{end_x:.0f}" cy="{end_y:.0f}" r="4" fill="#ffe9b8"/>'
            )
    bodies = "".join(
        f'<circle cx="{x}" cy="{y}" r="{size}" fill="#fff" fill-opacity="0.9"/>'
        f'<circle cx="{x}" cy="{y}" r="{size * 0.45:.0f}" fill="#7a63b4"/>'
        for x, y, size in cells
    )
    return svg("#e3dbf3", "#7a63b4", drawn + bodies)


def molecule() -> bytes:
    """Rings of a molecule beside a capsule."""

    def ring(x: float, y: float, double: bool) -> str:
        corners = [
            (x + 52 * math.cos(math.radians(turn)), y + 52 * math.sin(math.radians(turn)))
            for turn in range(30, 390, 60)
        ]
        path = "M" + " L".join(f"{a:.1f} {b:.1f}" for a, b in corners) + "Z"
        inner = (
            f'<circle cx="{x}" cy="{y}" r="29" fill="none" stroke="#fff" stroke-width="3"/>' if double else ""
        )
        knots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="6.5" fill="#fff"/>' for a, b in corners)
        return (
            f'<path d="{path}" fill="#fff" fill-opacity="0.14" stroke="#fff" stroke-width="4"/>{inner}{knots}'
        )

    rings = ring(140, 130, True) + ring(230, 130, False) + ring(185, 208, True) + ring(275, 208, False)
    capsule = (
        '<g transform="rotate(-32 470 190)"><rect x="360" y="150" width="220" height="80" rx="40" fill="#fff"/>'
        '<path d="M470 150h70a40 40 0 0 1 0 80h-70z" fill="#f4b183"/>'
        '<rect x="392" y="164" width="150" height="13" rx="6.5" fill="#fff" fill-opacity="0.55"/></g>'
    )
    return svg("#d2eee8", "#3d9488", rings + capsule)


def curve() -> bytes:
    """Cases over the days of an outbreak, and the line through them."""
    bars = trend = ""
    for day in range(24):
        height = 220 * math.exp(-(((day - 11) / 5.2) ** 2)) + 14
        x = 38 + day * 24
        colour = "#f3c75f" if 8 <= day <= 14 else "#fff"
        bars += (
            f'<rect x="{x}" y="{316 - height:.0f}" width="15" height="{height:.0f}" rx="5" fill="{colour}"'
            ' fill-opacity="0.78"/>'
        )
        trend += f"{'M' if not trend else 'L'}{x + 7} {302 - height:.0f} "
    return svg(
        "#d7e6ee",
        "#44748f",
        f'<path d="M30 317H610" stroke="#fff" stroke-opacity="0.8" stroke-width="3" stroke-linecap="round"/>{bars}'
        f'<path d="{trend}" fill="none" stroke="#fff" stroke-width="4" stroke-linejoin="round"/>',
    )


def herbs() -> bytes:
    """A branch of a remedy with the moon behind it."""
    leaves = ""
    for step in range(9):
        x, y = 110 + step * 52, 268 - step * 17
        for side in (-1, 1):
            leaves += (
                f'<path d="M0 0C18 -26 58 -30 84 -8C60 14 22 16 0 0Z" fill="{"#fff" if side < 0 else "#e6f0d2"}" '
                f'fill-opacity="0.88" transform="translate({x} {y}) rotate({-18 + side * 48})'
                f' scale({1 - step * 0.06:.2f})"/>'
            )
    return svg(
        "#eef0d8",
        "#7d9a56",
        '<circle cx="470" cy="128" r="92" fill="#fdf6d8" fill-opacity="0.85"/>'
        f'<path d="M60 290Q330 240 590 118" fill="none" stroke="#5d7640" stroke-width="6"'
        f' stroke-linecap="round"/>{leaves}',
    )
