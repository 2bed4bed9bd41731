"""What import contracts cannot say: rules of the house that are read off the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "tenants", "admin", "workers")
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations/versions" not in path.as_posix()
)

#: call -> where it may stand, and why.
ALLOWED_CALLS: dict[str, set[str]] = {
    # one commit an entry point
    "commit": {"app/uow.py", "app/migrations/env.py"},
    "rollback": {"app/uow.py"},
    # spoken SQL passes by the ORM guard, so each place has a reason in its docstring
    "text": {
        "app/uow.py",
        "app/migrations/env.py",
        "app/web/shared/probes.py",
        "app/services/imports/shared/sql.py",
    },
    # one way to cut a list into pages
    "offset": {"app/services/shared/paging.py"},
    # one way to search; people are also found by the class that they are in
    "icontains": {"app/services/shared/search.py", "app/services/people/search.py"},
    # one way to read what was ticked; the others are keys of courses, lines of a table and files
    "getlist": {
        "admin/shared/listing.py",
        "admin/licences/forms.py",
        "admin/courses/assessment.py",
        "app/web/requests/student.py",
    },
    # one way to give out a file; the captcha's picture and sound are asked for in ranges
    "send_file": {"app/web/shared/downloads.py", "app/web/auth/captcha.py"},
    "utcnow": set(),
    "bulk_save_objects": set(),
    "bulk_insert_mappings": set(),
    # the clock of requests, jobs and commands; the domain has ctx.now()
    "now": {"app/web/shared/context.py", "app/context.py"},
}


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            yield name, node


def _is_clock(call: ast.Call) -> bool:
    value = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(value, ast.Name) and value.id in ("datetime", "date")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_keeps_the_rules(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    place = path.relative_to(ROOT).as_posix()
    assert len(source.splitlines()) <= 400, "a module has one purpose; this one is too long"
    for name, call in _calls(tree):
        if name not in ALLOWED_CALLS or place in ALLOWED_CALLS[name]:
            continue
        if name == "now" and not _is_clock(call):
            continue
        if name == "text" and isinstance(call.func, ast.Attribute):
            continue
        raise AssertionError(f"{place}:{call.lineno}: {name}() has no place here")
    for function in (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= 80, f"{place}:{function.lineno}: {function.name} has {length} lines"
        for node in ast.walk(function):
            assert not isinstance(node, ast.Import | ast.ImportFrom), (
                f"{place}:{node.lineno}: import in a function"
            )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_public_names_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a module says in a sentence what it owns"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_no_template_has_inline_style_or_handlers() -> None:
    for path in [*ROOT.glob("app/templates/**/*.html"), *ROOT.glob("admin/templates/**/*.html")]:
        source = path.read_text(encoding="utf-8").lower()
        for forbidden in (
            ' style="',
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
            "|safe",
            "| safe",
        ):
            assert forbidden not in source, f"{path.relative_to(ROOT)}: {forbidden}"
