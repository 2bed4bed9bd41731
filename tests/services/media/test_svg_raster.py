"""The process that rasterises a drawing: what it gives, and what ends it."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from app.services.media import svg_raster
from tests.support.waiting import PATIENCE

RED = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="20" height="10" fill="red"/></svg>'


def rasterise(markup: bytes, width: int, height: int) -> subprocess.CompletedProcess[bytes]:
    """Run the process as ``clean`` does."""
    path = str(Path(svg_raster.__file__))
    command = [sys.executable, "-I", path, str(width), str(height)]
    return subprocess.run(command, input=markup, capture_output=True, timeout=PATIENCE, check=False)


def test_a_drawing_comes_out_as_a_picture_of_the_size_that_is_asked_for() -> None:
    done = rasterise(RED.encode(), 40, 20)
    with Image.open(io.BytesIO(done.stdout)) as picture:
        assert (picture.format, picture.size) == ("PNG", (40, 20))
        assert picture.convert("RGB").getpixel((20, 10)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("markup", "size"),
    [
        (b"no drawing", (40, 20)),
        (b"\xff\xfe", (40, 20)),
        # 20,000 × 20,000 pixels take twice the memory that the process may have.
        (RED.replace("20 10", "20 20").encode(), (20_000, 20_000)),
    ],
    ids=["text", "bytes", "memory"],
)
def test_what_cannot_be_drawn_ends_the_process_without_a_picture(
    markup: bytes, size: tuple[int, int]
) -> None:
    done = rasterise(markup, *size)
    assert done.returncode != 0
    assert done.stdout == b""
