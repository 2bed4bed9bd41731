"""Rasterise one SVG in a separate process: ``app.services.media.clean`` starts this file by path; do not import it.

The document comes in on standard input, PNG goes out on standard output. A drawing that asks for too much
memory or time ends this process and nothing else.
"""

from __future__ import annotations

import resource
import sys

import resvg_py

_MEMORY_BYTES = 768 * 1024 * 1024
_CPU_SECONDS = 5


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit()
    png = resvg_py.svg_to_bytes(
        svg_string=sys.stdin.buffer.read().decode(), width=int(sys.argv[1]), height=int(sys.argv[2])
    )
    sys.stdout.buffer.write(png)
