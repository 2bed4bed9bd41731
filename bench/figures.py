"""Figures: medians of runs, their ratio to the floor, and their spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """A figure of ``results.json``.

    Args:
        ratio: the cost as a multiple of the floor's cost.
        spread: the difference between the largest and the smallest run, divided by the median.
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
    """Return the figure of several runs, from their medians."""
    value, floor = median(values), median(floors)
    ratio = value / floor if better == "low" else floor / value
    spread = (max(values) - min(values)) / value
    return Figure(name, round(value, 4), unit, round(floor, 4), round(ratio, 2), round(spread, 2))
