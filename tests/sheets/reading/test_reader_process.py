"""The reading process dies in place of its parent, and stays within its limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.sheets.reading import reader
from app.sheets.reading.limits import LIMITS, Limits, Refusal
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from tests.sheets.files import rows_xml, sheet_xml, xlsx, xlsx_members, xlsx_table, zipped

StandIn = Callable[[str], None]

PROJECT = Path(reader.__file__).resolve().parents[3]
TOO_COMPLEX = "文件过于复杂，无法在限定的内存和时间内读完，请把内容复制到新下载的模板中再上传。"
DAMAGED = "文件已损坏或格式不规范，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
BUSY = "服务器正忙，没有来得及读完文件，请稍后再上传一次。"
OPEN = LIMITS._replace(ratio=10**6, unpacked_bytes=10**10, data_rows=2_000_000, columns=20_000, cells=10**8)


def refusal(content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(SheetRefused) as refused:
        read_workbook(content, "a.xlsx", limits)
    return str(refused.value.message)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Puts another program in the child's place."""

    def put(program: str) -> None:
        real = subprocess.Popen

        def start(arguments: list[str], **options: object) -> object:
            return real([sys.executable, "-c", program], **options)  # type: ignore[call-overload]

        monkeypatch.setattr(reader.subprocess, "Popen", start)

    return put


def test_corners_that_pass_the_gate_kill_the_child_only() -> None:
    corners = xlsx(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    assert refusal(corners, OPEN) == TOO_COMPLEX
    assert refusal(corners).startswith("单元格 XFD1048576")


def test_a_bomb_that_passes_the_gate_runs_into_the_memory_bound() -> None:
    text = "A" * (60 * 2**20)
    bomb = xlsx(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>')
    assert refusal(bomb, OPEN._replace(memory_bytes=128 * 2**20)) == TOO_COMPLEX


def test_the_child_never_takes_more_than_its_memory() -> None:
    """Measured in a process of its own, so that no other child of the test run counts."""
    program = """
import resource, sys
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.reading.limits import LIMITS
for path in sys.argv[1:]:
    try:
        read_workbook(open(path, "rb").read(), path, LIMITS._replace(ratio=10**6))
    except SheetRefused:
        pass
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    text = "A" * (40 * 2**20)
    bombs = [
        xlsx(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'),
        zipped(
            xlsx_members(
                sheet_xml([["a"]]), extra={"xl/sharedStrings.xml": f"<sst><si><t>{text}</t></si></sst>"}
            )
        ),
        xlsx(
            rows_xml([[str(row)] for row in range(50_000)])
            + '<row r="50001"><c r="CV50001"><v>1</v></c></row>'
        ),
    ]
    paths = []
    for number, bomb in enumerate(bombs):
        path = Path(f"/dev/shm/spoc-test-{os.getpid()}-{number}.xlsx")
        path.write_bytes(bomb)
        paths.append(path)
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, *map(str, paths)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        for path in paths:
            path.unlink()
    child, parent = (int(kib) / 1024 for kib in done.stdout.split())
    assert child <= 512
    assert parent <= 150


def test_the_bounds_hold_inside_the_child() -> None:
    program = (
        "import resource as r, json; from app.sheets.reading import reader_process as child;"
        "from app.sheets.reading.limits import LIMITS;"
        "child._limit_this_process(LIMITS);"
        "print(json.dumps([r.getrlimit(getattr(r, 'RLIMIT_' + n))[0] for n in ('AS', 'CPU', 'CORE', 'FSIZE')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [512 * 2**20, 20, 0, 0]


def test_endless_work_is_ended_by_the_cpu_bound(stand_in: StandIn) -> None:
    stand_in("import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass")
    assert refusal(xlsx_table([["a"]])) == TOO_COMPLEX


def test_a_busy_machine_is_called_that_and_the_child_is_killed(stand_in: StandIn) -> None:
    stand_in("import threading; threading.Event().wait()")
    assert refusal(xlsx_table([["a"]]), LIMITS._replace(wall_seconds=1)) == BUSY
    assert not [
        child for child in psutil.Process().children() if "threading.Event" in " ".join(child.cmdline())
    ]


def test_a_file_is_read_by_a_second_child_when_the_first_had_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    real = reader._ask_child

    def first_is_busy(form: str, content: bytes, limits: Limits) -> dict[str, object]:
        asked.append(form)
        if len(asked) == 1:
            raise Refusal("busy")
        return real(form, content, limits)

    monkeypatch.setattr(reader, "_ask_child", first_is_busy)
    assert read_workbook(xlsx_table([["a"]]), "a.xlsx").grids[0].rows == [["a"]]
    assert asked == ["zip", "zip"]


def test_a_child_that_floods_its_parent_is_cut_off(stand_in: StandIn) -> None:
    stand_in("import sys\nwhile True: sys.stdout.write('x' * 2**16)")
    assert refusal(xlsx_table([["a"]]), LIMITS._replace(output_bytes=2**20)) == TOO_COMPLEX


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", DAMAGED),
        ("import os; os.abort()", TOO_COMPLEX),
        ("raise BaseException('panic')", DAMAGED),
        ("print('not json')", DAMAGED),
        ("print('[]')", DAMAGED),
        ("", DAMAGED),
    ],
)
def test_every_way_to_die_is_a_refusal(stand_in: StandIn, program: str, sentence: str) -> None:
    stand_in("import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n" + program)
    assert refusal(xlsx_table([["a"]])) == sentence


def test_the_child_inherits_no_secrets(monkeypatch: pytest.MonkeyPatch, stand_in: StandIn) -> None:
    monkeypatch.setenv("SECRET_KEY", "very secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    stand_in(
        "import os, json; from app.sheets.reading.facts import NO_FACTS;"
        " print(json.dumps({'kind': 'csv', 'remarks': [], 'grids': [{'name': '', 'hidden': False,"
        " 'rows': [sorted(os.environ), sorted(os.listdir('/proc/self/fd'))], **NO_FACTS.as_json([])}]}))"
    )
    names, descriptors = read_workbook(xlsx_table([["a"]]), "a.xlsx").grids[0].rows
    assert set(names) <= {"LANG", "LC_CTYPE", "PATH", "PYTHONDONTWRITEBYTECODE"}
    assert set(map(str, descriptors)) <= {"0", "1", "2", "3"}


def test_the_parent_may_stand_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_workbook(xlsx_table([["a"]]), "a.xlsx").grids[0].rows == [["a"]]


def test_ten_thousand_rows_are_read_as_they_are() -> None:
    table = [[f"{row:09d}{column:03d}" for column in range(12)] for row in range(10_000)]
    assert read_workbook(xlsx_table(table), "a.xlsx").grids[0].rows == table
