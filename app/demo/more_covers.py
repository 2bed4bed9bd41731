"""Covers drawn from one of three patterns and two colours, for the courses that have no picture of their own."""

from __future__ import annotations

import math

from app.demo.covers import HEIGHT, WIDTH, svg


def waves(top: str, bottom: str) -> bytes:
    """Lines that swell and calm down again."""
    lines = ""
    for row in range(9):
        points = [
            (x, 60 + row * 30 + 26 * math.sin(x / 70 + row / 2) * math.exp(-(((x - 320) / 210) ** 2)))
            for x in range(0, WIDTH + 1, 16)
        ]
        path = "M" + "L".join(f"{x} {y:.0f}" for x, y in points)
        faint = f"{0.35 + row * 0.06:.2f}"
        lines += f'<path d="{path}" fill="none" stroke="#fff" stroke-opacity="{faint}" stroke-width="3"/>'
    return svg(top, bottom, lines)


def cells(top: str, bottom: str) -> bytes:
    """Discs in a triangle grid, larger towards the middle, each with its nucleus."""
    discs = ""
    for row in range(6):
        for column in range(9):
            x, y = 40 + column * 76 - (row % 2) * 38, 30 + row * 62
            near = math.exp(-(((x - 360) / 220) ** 2) - ((y - 180) / 150) ** 2)
            radius = 10 + 20 * near
            discs += (
                f'<circle cx="{x}" cy="{y}" r="{radius:.0f}" fill="#fff" fill-opacity="{0.14 + 0.4 * near:.2f}"/>'
                f'<circle cx="{x + 3}" cy="{y - 2}" r="{radius / 3:.0f}" fill="{bottom}" fill-opacity="{near:.2f}"/>'
            )
    return svg(top, bottom, discs)


def arcs(top: str, bottom: str) -> bytes:
    """Half circles that open from the lower edge, like a sunrise or a scan."""
    rings = "".join(
        f'<path d="M{320 - radius} {HEIGHT}A{radius} {radius} 0 0 1 {320 + radius} {HEIGHT}" fill="none" stroke="#fff"'
        f' stroke-opacity="{0.85 - radius / 420:.2f}" stroke-width="{3 + radius / 40:.0f}"/>'
        for radius in range(40, 340, 38)
    )
    return svg(top, bottom, f'{rings}<circle cx="320" cy="{HEIGHT}" r="22" fill="#fff" fill-opacity="0.92"/>')
