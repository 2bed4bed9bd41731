"""Rules of the tests themselves: each can fail, and none depends on the speed of the machine."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "tests").rglob("*.py"))

#: Calls that fail a test when something is not so.
ASSERTIONS = {"raises", "warns", "expect", "fail"}

#: Modules that may look at a clock, and why.
CLOCKS = {
    "tests/kills/attack.py": "kills come at random moments, and how soon an import goes on is what is promised",
}
#: Modules that may give a number of seconds of their own to a wait, and why.
NUMBERS = {
    "tests/workers/test_smtp.py": "the time limit of the transport is what is tested",
}
#: Names of clocks and pauses, wherever they come from.
_CLOCKS = {
    *(f"{clock}{unit}" for clock in ("perf_counter", "monotonic", "process_time", "time") for unit in ("", "_ns")),
    "getrusage", "sleep", "wait_for_timeout",
}  # fmt: skip
_WAITS = {"wait", "join", "result", "wait_procs", "wait_until", "set_default_timeout", "set_options"}


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _without_assertion(tree: ast.AST) -> list[str]:
    """Test functions whose own body cannot fail but by an accident."""
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
        and not any(_name(call) in ASSERTIONS for call in _calls(node))
    ]


def _clocks(tree: ast.AST) -> list[str]:
    """Uses of clocks and pauses: a call, or an import of one by name."""
    used = [f"{call.lineno}: {_name(call)}" for call in _calls(tree) if _name(call) in _CLOCKS]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "resource"):
            used += [f"{node.lineno}: {alias.name}" for alias in node.names]
    return used


def _numbers(tree: ast.AST) -> list[str]:
    """Waits that are given a number of their own instead of ``PATIENCE``."""
    found = []
    for call in _calls(tree):
        given = [word.value for word in call.keywords if word.arg == "timeout"]
        given += call.args if _name(call) in _WAITS else []
        if any(isinstance(value, ast.Constant) and isinstance(value.value, int | float) for value in given):
            found.append(f"{call.lineno}: {_name(call)}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_of_tests_keeps_the_rules(path: Path) -> None:
    tree, place = ast.parse(path.read_text(encoding="utf-8")), path.relative_to(ROOT).as_posix()
    assert _without_assertion(tree) == [], "a test without an assertion shows nothing"
    assert place in CLOCKS or _clocks(tree) == [], "measure in bench/, wait with tests.support.waiting"
    assert place in NUMBERS or _numbers(tree) == [], "waits last tests.support.waiting.PATIENCE"
    if place != "tests/support/browser.py":
        assert not any(_name(call) == "new_context" for call in _calls(tree)), (
            "open_browser() waits long enough"
        )


def test_every_exception_is_used() -> None:
    for places, find in ((CLOCKS, _clocks), (NUMBERS, _numbers)):
        assert all(find(ast.parse((ROOT / place).read_text(encoding="utf-8"))) for place in places)


PLANTED = """
from time import sleep as nap

def test_nothing(page):
    do_something()
    begun = time.perf_counter()
    page.wait_for_timeout(100)

def test_something(page, thread):
    expect(page).to_be_visible(timeout=5_000)
    thread.join(10)
    thread.join(PATIENCE)
"""


def test_what_is_planted_is_found() -> None:
    tree = ast.parse(PLANTED)
    assert _without_assertion(tree) == ["test_nothing"]
    assert _clocks(tree) == ["6: perf_counter", "7: wait_for_timeout", "2: sleep"]
    assert _numbers(tree) == ["10: to_be_visible", "11: join"]
