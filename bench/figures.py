"""Medians and how far they spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """A figure of ``results.json``.

    Args:
        ratio: how many times the floor's cost this costs; 1 would be the floor itself.
        spread: of the value's runs, largest less smallest over the median.
    """

    name: str
    value: float
    unit: str
    floor: float
    ratio: float
    spread: float


def figure(
    name: str,
    unit: str,
    values: Sequence[float],
    floors: Sequence[float],
    better: Literal["low", "high"] = "low",
) -> Figure:
    """Put the runs together by their medians."""
    value, floor = median(values), median(floors)
    ratio = value / floor if better == "low" else floor / value
    spread = (max(values) - min(values)) / value
    return Figure(name, round(value, 4), unit, round(floor, 4), round(ratio, 2), round(spread, 2))
