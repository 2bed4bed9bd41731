"""Conventions that import contracts cannot express, checked on the syntax tree."""

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
    # one commit an entry point; that of a sibling session never ends the transaction it has joined
    "commit": {"app/uow.py", "app/migrations/env.py", "tenants/scope.py"},
    "rollback": {"app/uow.py"},
    # spoken SQL passes by the ORM guard, so each place has a reason in its docstring
    "text": {
        "app/migrations/env.py",
        "app/web/shared/probes.py",
        "app/services/imports/shared/sql.py",
    },
    "exec_driver_sql": {"tenants/scope.py"},
    # a cursor of the driver's own passes by the reading of changes as well
    "cursor": set(),
    "raw_connection": set(),
    # one way to cut a list into pages
    "offset": {"app/services/shared/paging.py"},
    # one way to search; people are also found by the class that they are in
    "icontains": {"app/services/shared/search.py", "app/services/people/search.py"},
    # locks are taken in one order, which stands beside them
    "with_for_update": {"app/services/shared/locks.py"},
    "pg_advisory_xact_lock": {"app/services/shared/locks.py"},
    "pg_try_advisory_xact_lock": {"app/services/imports/shared/lease.py"},
    # one way to read what was ticked; the others are keys of courses, lines of a table and files
    "getlist": {
        # how many students leave which class
        "admin/classes/members.py",
        "admin/shared/listing.py",
        "admin/licences/forms.py",
        "admin/courses/assessment.py",
        # names of sheets
        "admin/imports/mapping.py",
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
    for node in ast.walk(tree):
        # ``Session.get(…, with_for_update=…)``
        assert not isinstance(node, ast.keyword) or node.arg != "with_for_update", f"{place}:{node.lineno}"
    for function in (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= 80, f"{place}:{function.lineno}: {function.name} has {length} lines"
        for node in ast.walk(function):
            assert not isinstance(node, ast.Import | ast.ImportFrom), (
                f"{place}:{node.lineno}: import in a function"
            )


FOLDERS = sorted(
    {folder for package in PACKAGES for folder in (ROOT / package).rglob("*/") if any(folder.glob("*.py"))}
    | {ROOT / package for package in PACKAGES}
)
#: The most modules of a folder that one can still take in at a look; a package may grow downwards instead.
MOST_MODULES = 15


def modules_in(folder: Path) -> list[str]:
    """The modules of a folder itself."""
    return [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_folder_can_be_taken_in_at_a_look(folder: Path) -> None:
    assert len(modules_in(folder)) <= MOST_MODULES, "make a package of what belongs together"


def test_a_crowded_folder_would_be_noticed(tmp_path: Path) -> None:
    for number in range(MOST_MODULES + 1):
        (tmp_path / f"module_{number}.py").touch()
    (tmp_path / "__init__.py").touch()
    assert len(modules_in(tmp_path)) == MOST_MODULES + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_public_names_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a module says in a sentence what it owns"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_no_list_is_joined_by_a_mark_of_one_language() -> None:
    """A list travels in a message as a tuple; the language that shows it separates its items."""
    for path in MODULES:
        for name, call in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            mark = call.func.value if name == "join" and isinstance(call.func, ast.Attribute) else None
            if isinstance(mark, ast.Constant):
                where = f"{path.relative_to(ROOT)}:{call.lineno}"
                assert not set(str(mark.value)) & set("、；，"), f"{where} joins a list as Chinese does"


def test_no_caller_catches_a_refusal_inside_the_unit_of_work() -> None:
    """What a use case wrote before it refused is undone only when the refusal leaves the unit of work."""
    refusals = _refusals()
    assert {"Conflict", "EditedMeanwhile", "SheetRefused"} <= refusals
    callers = [
        path for path in MODULES if path.relative_to(ROOT).as_posix().startswith(("admin/", "app/web/"))
    ]
    found = [
        f"{path.relative_to(ROOT)}:{handler.lineno}"
        for path in callers
        for handler in _handlers_inside(ast.parse(path.read_text(encoding="utf-8")), inside=False)
        if handler.type is None
        or refusals & {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
    ]
    assert not found


def test_the_search_for_caught_refusals_finds_them() -> None:
    planted = """
def save(self):
    def work(ctx: Context) -> bool:
        try: pass
        except Conflict: return False
    with unit_of_work(request_context()) as ctx:
        try: pass
        except Conflict: pass
    try:
        with unit_of_work(request_context()) as ctx: pass
    except Conflict: pass
"""
    assert [handler.lineno for handler in _handlers_inside(ast.parse(planted), inside=False)] == [5, 8]


def _refusals() -> set[str]:
    """The names of ``DomainError`` and of all classes that derive from it."""
    classes = [
        (node.name, {base.id for base in node.bases if isinstance(base, ast.Name)})
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    known: set[str] = set()
    more = {"DomainError"}
    while more:
        known |= more
        more = {name for name, bases in classes if bases & known} - known
    return known


def _handlers_inside(node: ast.AST, *, inside: bool) -> Iterator[ast.ExceptHandler]:
    """The handlers below a node that stand in a unit of work: in its block, or in a function that is given one."""
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        inside = any(argument.arg == "ctx" for argument in node.args.args)
    elif isinstance(node, ast.With):
        inside = inside or any(name == "unit_of_work" for item in node.items for name, _ in _calls(item))
    if isinstance(node, ast.ExceptHandler) and inside:
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _handlers_inside(child, inside=inside)


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
