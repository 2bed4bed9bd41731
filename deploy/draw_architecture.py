"""The drawing of `docs/images/architecture.svg` from the import contracts and the existing packages.

`python -m deploy.draw_architecture` (`make picture`) writes it, and a test compares it with the code. The boxes and
their order are the layers of the contracts in `pyproject.toml`: higher layers may import lower ones.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PICTURE = PROJECT / "docs" / "images" / "architecture.svg"

WIDTH = 1120
GAP = 8
TITLE = 24
CHIP = 26
#: The average width of a character at 13 px, in pixels.
CHARACTER = 7.9

#: Layers whose subjects are shown, with the contract that determines their order.
SUBJECTS = {
    "admin": "subjects-of-admin",
    "app.web": "subjects-of-web",
    "app.services": "subjects",
    "app.rules": "subjects-of-rules",
    "app.sheets": "subjects-of-sheets",
}
#: The titles of the boxes.
CAPTIONS = {
    "wsgi": "wsgi.py: assembles the packages, reads config.py",
    "admin": "admin: the management side (Flask-Admin views that call services)",
    "workers": "workers: queue, sweeper, mail",
    "app.factory": "factory: builds the application",
    "app.web": "web: the student side and the alliance's site",
    "app.cli": "cli: flask commands",
    "app.demo": "demo: data of the demonstration",
    "app.services": "services: use cases (permission, rule, rows, audit)",
    "app.uow": "uow: the only commit",
    "app.models": "models: tables and constraints",
    "app.sheets": "sheets: reading and writing spreadsheets",
    "app.context": "context: session, school, actor, clock",
    "app.rules": "rules: pure functions on values",
    "app.jobs": "jobs",
    "app.errors": "errors",
    "app.extensions": "extensions",
    "app.vault": "vault: keys and ciphers",
    "tenants": "tenants: the school of a request, and the rows that its session may see (four walls)",
}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with a title and rows of names."""

    name: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> int:
        """The height of title and rows, in pixels."""
        return TITLE + len(self.rows) * (CHIP + 4) + GAP


def layers_of(contract_id: str, project: Path = PROJECT) -> list[list[str]]:
    """Return the layers of a contract from top to bottom, each with its independent members."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == contract_id)
    return [[name.strip("() ") for name in re.split(r"[|:]", layer)] for layer in layers]


def box_of(name: str, project: Path = PROJECT) -> Box:
    """Return the box of a layer with the subjects that have a package in it."""
    contract = SUBJECTS.get(name)
    folder = project / name.replace(".", "/")
    rows: list[tuple[str, ...]] = []
    for layer in layers_of(contract, project) if contract else ():
        existing = tuple(subject for subject in layer if (folder / subject / "__init__.py").exists())
        rows.extend(_wrapped(existing))
    return Box(name, tuple(rows))


def draw(project: Path = PROJECT) -> str:
    """Return the picture as SVG."""
    parts: list[str] = []
    y = GAP
    for names in (["wsgi"], ["admin", "workers"]):
        y = _row(parts, [box_of(name, project) for name in names], GAP, y, WIDTH - 2 * GAP)
    top = y
    y += TITLE + GAP
    inner: list[str] = []
    for layer in layers_of("layers", project):
        boxes = [box_of(f"app.{name}", project) for name in layer]
        y = _row(inner, boxes, 2 * GAP, y, WIDTH - 4 * GAP)
    parts.append(_frame(GAP, top, WIDTH - 2 * GAP, y - top, "app: the product", "outer"))
    parts.extend(inner)
    y = _row(parts, [box_of("tenants", project)], GAP, y + GAP, WIDTH - 2 * GAP)
    return _page("\n".join(parts), y)


def _wrapped(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the names of a layer in rows that fit into the narrowest box."""
    rows: list[tuple[str, ...]] = []
    row: list[str] = []
    width = 0.0
    for name in names:
        needed = _chip_width(name) + GAP
        if row and width + needed > WIDTH * 0.6:
            rows.append(tuple(row))
            row, width = [], 0.0
        row.append(name)
        width += needed
    return [*rows, tuple(row)] if row else rows


def _chip_width(name: str) -> float:
    return len(name) * CHARACTER + 18


def _row(parts: list[str], boxes: Sequence[Box], x: int, y: int, width: int) -> int:
    """Draw boxes side by side, wider ones for layers with subjects, and return the y below them."""
    height = max(box.height for box in boxes)
    weights = [4 if box.rows else 2 if len(boxes) < 4 else 1 for box in boxes]
    room = width - GAP * (len(boxes) - 1)
    left = float(x)
    for box, weight in zip(boxes, weights, strict=True):
        box_width = room * weight / sum(weights)
        parts.append(_frame(left, y, box_width, height, CAPTIONS.get(box.name, box.name), "box"))
        for number, names in enumerate(box.rows):
            chip_x = left + GAP
            for name in names:
                parts.append(_chip(chip_x, y + TITLE + number * (CHIP + 4), name))
                chip_x += _chip_width(name) + GAP
        left += box_width + GAP
    return y + height + GAP


def _frame(x: float, y: float, width: float, height: float, title: str, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="6"/>'
        f'<text x="{x + GAP:.0f}" y="{y + 17:.0f}">{escape(title)}</text>'
    )


def _chip(x: float, y: float, name: str) -> str:
    return (
        f'<rect class="chip" x="{x:.0f}" y="{y:.0f}" width="{_chip_width(name):.0f}" height="{CHIP}" rx="13"/>'
        f'<text x="{x + 9:.0f}" y="{y + 18:.0f}">{escape(name)}</text>'
    )


def _page(body: str, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        ' aria-label="Layers and subjects of the platform">\n'
        "<style>text{font:13px sans-serif;fill:#1f2733}.outer{fill:#f4f6f9;stroke:#8a97a8}"
        ".box{fill:#fff;stroke:#8a97a8}.chip{fill:#e3edf9;stroke:#9dbbe0}</style>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n{body}\n</svg>\n'
    )


def main() -> int:
    """Write the picture."""
    PICTURE.write_text(draw(), encoding="utf-8")
    print(PICTURE.relative_to(PROJECT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
