"""``python -m bench [part …]``: measure, print a line for each figure, and write ``bench/results.json``."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench import audit, classes, importing, licensing, pages, people
from bench.installation import installation

RESULTS = Path(__file__).with_name("results.json")
PARTS = {
    "importing": importing.measure,
    "pages": pages.measure,
    "people": people.measure,
    "licensing": licensing.measure,
    "classes": classes.measure,
    "audit": audit.measure,
}


def main() -> int:
    """Measure the requested parts; figures of other parts stay unchanged in the file."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all by default")
    parts = parser.parse_args().parts or list(PARTS)
    old_figures = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    figures = {old["name"]: old for old in old_figures}
    with installation() as installed:
        for part in parts:
            for measured in PARTS[part](installed):
                figures[measured.name] = asdict(measured)
                print(
                    f"{measured.name}: {measured.value} {measured.unit}, floor {measured.floor}, "
                    f"ratio {measured.ratio}, spread {measured.spread}"
                )
            RESULTS.write_text(json.dumps(list(figures.values()), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
