"""The reader of untrusted files, which parses them in a child process."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.rules.shared.cells import Cell, CellFlaw, UnclearCell
from app.rules.shared.private_characters import count_known, first_known, holds_private, resolve_private
from app.sheets.reading.file_check import check_file
from app.sheets.reading.limits import LIMITS, Limits, Refusal, refuse
from app.sheets.reading.refusals import refused, remark
from app.sheets.reading.workbook import Grid, Range, Workbook

_PROJECT = Path(__file__).resolve().parents[3]
_CHUNK = 2**18
#: Signals with which the kernel or the parser's own memory check ends the child.
_LIMIT_SIGNALS = {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGXFSZ}


def read_workbook(content: bytes, filename: str, limits: Limits = LIMITS) -> Workbook:
    """Read an .xlsx, .xls, .ods or .csv file into a workbook of typed cells.

    Args:
        content: the file as uploaded.
        filename: its name, which has no influence on how it is read.
        limits: the limits; the defaults are those of the import.
    Raises:
        SheetRefused: the file cannot be read; the message says what is wrong and what to do.
    """
    try:
        form = check_file(content, filename, limits)
        answer = _ask_twice(form, content, limits)
    except Refusal as refusal:
        raise refused(refusal.code, refusal.params) from None
    if "refused" in answer:
        raise refused(answer["refused"], answer["params"])
    grids = [_grid(grid) for grid in answer["grids"]]
    if not any(any(grid.rows) for grid in grids):
        raise refused("no_content")
    remarks = tuple(remark(code, params) for code, params in answer["remarks"])
    return Workbook(answer["kind"], grids, remarks)


def _ask_twice(form: str, content: bytes, limits: Limits) -> dict[str, Any]:
    """Ask a child, and a second one if the machine was too busy for the first; CPU time is what limits a file."""
    try:
        return _ask_child(form, content, limits)
    except Refusal as refusal:
        if refusal.code != "busy":
            raise
    return _ask_child(form, content, limits)


def _ask_child(form: str, content: bytes, limits: Limits) -> dict[str, Any]:
    """Pass the file to a new process and collect its answer within the limits.

    The file is passed in anonymous memory, so that it has no name on a disk and two full pipes cannot deadlock.
    """
    file = os.memfd_create("sheet")
    try:
        with os.fdopen(os.dup(file), "wb") as writer:
            writer.write(content)
        os.lseek(file, 0, os.SEEK_SET)
        child = subprocess.Popen(
            [sys.executable, "-m", "app.sheets.reading.reader_process", form, json.dumps(limits)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_PROJECT,
            env={"LANG": "C.UTF-8", "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    finally:
        os.close(file)
    with child:
        try:
            output = _collect(child, limits)
        except BaseException:
            child.kill()
            raise
    if child.returncode in _LIMIT_SIGNALS:
        refuse("too_complex")
    if child.returncode:
        refuse("damaged")
    return _parsed(output)


def _collect(child: subprocess.Popen[bytes], limits: Limits) -> bytes:
    """Read the answer until it ends, or reaches the limit of size or time."""
    assert child.stdout is not None
    deadline = time.monotonic() + limits.wall_seconds
    pieces: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                refuse("busy")
            piece = os.read(child.stdout.fileno(), _CHUNK)
            if not piece:
                child.wait(max(left, 1))
                return b"".join(pieces)
            pieces.append(piece)
            size += len(piece)
            if size > limits.output_bytes:
                refuse("too_complex")
    return refuse("busy")


def _parsed(output: bytes) -> dict[str, Any]:
    text = output.decode(errors="replace")
    private = count_known(text) if holds_private(text) else 0
    try:
        answer = json.loads(resolve_private(text) if private else text, parse_constant=lambda _: None)
    except ValueError:
        refuse("damaged")
    if not isinstance(answer, dict):
        refuse("damaged")
    if private and "remarks" in answer:
        answer["remarks"].append(("private_characters", {"n": private, "example": first_known(text)}))
    return answer


_TYPED: dict[str, Callable[[str], Cell]] = {"date": date.fromisoformat, "datetime": datetime.fromisoformat}


def _grid(grid: dict[str, Any]) -> Grid:
    rows: list[list[Cell]] = [[_cell(value) for value in row] for row in grid["rows"]]
    for row_no, column, flaw in grid["flaws"]:
        _put(rows, row_no, column, CellFlaw[flaw])
    for row_no, column, value, shown in grid["unclear"]:
        _put(rows, row_no, column, UnclearCell(value, shown))
    return Grid(
        grid["name"],
        rows,
        [Range(top + 1, left + 1, bottom + 1, right + 1) for top, left, bottom, right in grid["merged"]],
        hidden=grid["hidden"],
        hidden_rows=frozenset(row + 1 for row in grid["hidden_rows"]),
        hidden_columns=frozenset(column + 1 for column in grid["hidden_columns"]),
        pictures={(row + 1, column + 1): member for row, column, member in grid["pictures"]},
        lost_pictures=grid["lost_pictures"],
    )


def _put(rows: list[list[Cell]], row_no: int, column: int, cell: Cell) -> None:
    while len(rows) <= row_no:
        rows.append([])
    row = rows[row_no]
    row += [None] * (column + 1 - len(row))
    row[column] = cell


def _cell(value: Any) -> Cell:
    if value.__class__ is list:
        return _TYPED[value[0]](value[1])
    return value if value != "" else None
