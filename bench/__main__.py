"""``python -m bench [part …]`` (``PARTS``): measure, print a line a figure, write ``bench/results.json``."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench import audit, classes, importing, licensing, pages, people
from bench.place import place

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
    """Measure the parts that were asked for; figures of the others stay in the file as they were."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all by default")
    asked = parser.parse_args().parts or list(PARTS)
    found = {one["name"]: one for one in (json.loads(RESULTS.read_text()) if RESULTS.exists() else [])}
    with place() as here:
        for part in asked:
            for measured in PARTS[part](here):
                found[measured.name] = asdict(measured)
                print(
                    f"{measured.name}: {measured.value} {measured.unit}, floor {measured.floor}, "
                    f"ratio {measured.ratio}, spread {measured.spread}"
                )
            RESULTS.write_text(json.dumps(list(found.values()), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
