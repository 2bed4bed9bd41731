"""``python -m tests.kills --kills 50``: the full form."""

from __future__ import annotations

import argparse
import logging
import secrets
import shutil
import sys

import click

from tests.kills.attack import Attack
from tests.kills.installation import cluster, installation, scratch


def main() -> int:
    """Run the kills and print a line; the exit code says whether nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    click.echo(f"seed {asked.seed}")
    folder = scratch()
    try:
        with cluster(folder) as made, installation(made.create("spoc_kills"), folder) as place:
            attack = Attack(
                place, kills=asked.kills, rows=asked.rows, parallel=asked.parallel, seed=asked.seed
            )
            report = attack.run()
    finally:
        shutil.rmtree(folder)
    click.echo(report.line())
    return 1 if report.lost or report.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
