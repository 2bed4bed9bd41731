"""Test files mirror modules: ``tests/services/classes/test_edit.py`` shows what ``app/services/classes/edit.py`` does.

A service or rule without a test file of its name stands in ``TESTED_IN`` with the file that shows it, and a test file
without a module of its name in ``CROSS_CUTTING`` with its reason. Both lists are kept true by the tests below.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Folder of modules -> folder of their tests.
MIRRORED = {
    "app/services": "tests/services",
    "app/rules": "tests/rules",
    "app/web": "tests/web",
    "app/sheets": "tests/sheets",
    "admin": "tests/admin",
    "workers": "tests/workers",
    "tenants": "tests/tenants",
}
#: Where every module has a test file of its name that imports it, or stands in ``TESTED_IN``.
COMPLETE = ("app/services", "app/rules")


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a module without a test file of its name is tested.

    Args:
        by: the test file.
        through: the public module whose work the module does a part of; the test imports that one, and it imports the
            module, perhaps by others. Without it the test imports the module itself.
    """

    by: str
    through: str | None = None


_SERVICES = "app/services"
_IMPORTS = "app/services/imports"
TESTED_IN: dict[str, Shown] = {
    # interfaces, and a factory that every job is given
    f"{_SERVICES}/auth/limit_port.py": Shown("tests/services/auth/test_login.py"),
    f"{_SERVICES}/background/unit_of_work_factory.py": Shown("tests/services/background/test_outbox.py"),
    f"{_SERVICES}/messages/mail_port.py": Shown("tests/services/messages/test_mail_queue.py"),
    f"{_IMPORTS}/shared/source.py": Shown("tests/services/imports/teachers/test_rows.py"),
    # what several acts of a subject share
    f"{_SERVICES}/classes/register.py": Shown(
        "tests/services/classes/test_select_courses.py", f"{_SERVICES}/classes/select_courses.py"
    ),
    f"{_SERVICES}/courses/fields.py": Shown(
        "tests/services/courses/test_drafts.py", f"{_SERVICES}/courses/drafts.py"
    ),
    f"{_SERVICES}/courses/review_notices.py": Shown(
        "tests/services/courses/test_reviews.py", f"{_SERVICES}/courses/reviews.py"
    ),
    f"{_SERVICES}/licences/rows.py": Shown("tests/services/licences/test_bulk.py"),
    f"{_SERVICES}/people/fields.py": Shown(
        "tests/services/people/test_edit.py", f"{_SERVICES}/people/edit.py"
    ),
    # parts of a whole import
    f"{_IMPORTS}/shared/accounts.py": Shown("tests/services/imports/teachers/test_plan.py"),
    f"{_IMPORTS}/shared/logins.py": Shown("tests/services/imports/test_kinds.py", f"{_IMPORTS}/kinds.py"),
    f"{_IMPORTS}/shared/pictures.py": Shown(
        "tests/services/imports/teachers/test_pictures.py", f"{_IMPORTS}/pages/upload.py"
    ),
    f"{_IMPORTS}/shared/row_plan.py": Shown("tests/services/imports/teachers/test_plan.py"),
    f"{_IMPORTS}/shared/sql.py": Shown("tests/services/imports/run/test_check.py"),
    f"{_IMPORTS}/students/roster.py": Shown(
        "tests/services/imports/run/test_check.py", f"{_IMPORTS}/run/check.py"
    ),
    f"{_IMPORTS}/students/rows.py": Shown(
        "tests/services/imports/run/test_check.py", f"{_IMPORTS}/run/check.py"
    ),
    f"{_IMPORTS}/teachers/accounts.py": Shown("tests/services/imports/teachers/test_match.py"),
    # constants, a text, a record
    "app/rules/auth/consent.py": Shown("tests/web/auth/test_consent.py"),
    "app/rules/shared/person_lengths.py": Shown(
        "tests/rules/shared/test_texts.py", "app/rules/shared/texts.py"
    ),
    "app/rules/shared/problems.py": Shown("tests/rules/imports/test_roster_rows.py"),
}

CROSS_CUTTING: dict[str, str] = {
    "tests/services/imports/run/test_at_once.py": "imports, undoing and editing run against each other",
    "tests/services/imports/test_round_trip.py": "a list that was given out is imported again",
    "tests/services/imports/test_samples.py": "the sample files go in whole",
    "tests/services/imports/test_secrecy.py": "what an import leaves in all tables",
    "tests/services/shared/test_deadlocks.py": "acts of several subjects whose locks meet",
    "tests/sheets/test_samples.py": "the sample files as their program writes them",
    "tests/admin/shared/test_odd_values.py": "every form and list of the management side takes any value",
    "tests/admin/shared/test_own_rows.py": "every route of the management side, for a teacher",
    "tests/web/catalogue/test_registering.py": "the course page with its buttons, a large part of what it does",
    "tests/web/shared/test_shared_courses.py": "every page, for two schools that share courses",
    "tests/web/shared/test_translations.py": "every page in English",
}


def modules_of(root: Path, folder: str) -> set[str]:
    """The modules below a folder, as paths from the root."""
    found = (root / folder).rglob("*.py")
    return {path.relative_to(root).as_posix() for path in found if path.name != "__init__.py"}


def files_below(root: Path, folder: str) -> set[str]:
    """The test files below a folder, as paths from the root."""
    return {path.relative_to(root).as_posix() for path in (root / folder).rglob("test_*.py")}


def mirror_of(module: str) -> str:
    """The test file that bears a module's name."""
    folder, tests = next(pair for pair in MIRRORED.items() if module.startswith(pair[0] + "/"))
    path = Path(module)
    return (Path(tests) / path.relative_to(folder).parent / f"test_{path.name}").as_posix()


def services_and_rules(root: Path) -> set[str]:
    """All modules that must be tested by name or by the list."""
    return {module for folder in COMPLETE for module in modules_of(root, folder)}


def without_test(root: Path) -> set[str]:
    """Those of them that have no test file of their name."""
    return {module for module in services_and_rules(root) if not (root / mirror_of(module)).exists()}


def without_module(root: Path) -> set[str]:
    """The test files whose name is no module's."""
    named = {mirror_of(module) for folder in MIRRORED for module in modules_of(root, folder)}
    return {test for tests in MIRRORED.values() for test in files_below(root, tests)} - named


def imported_by(root: Path, path: str) -> set[str]:
    """The modules that a file imports, as paths from the root; what only type checkers import is left out.

    An import counts whether it is used or not, since ruff refuses one that is not (F401).
    """
    found: set[str] = set()
    for node in _run(ast.parse((root / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {_path(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(_path(node.module))
            found |= {_path(f"{node.module}.{alias.name}") for alias in node.names}
    return {one for one in found if (root / one).exists()}


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below one, without what only type checkers read."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from _run(child)


def _path(name: str) -> str:
    return name.replace(".", "/") + ".py"


def reaches(root: Path, start: str, goal: str) -> bool:
    """Whether a module imports another one, itself or by those that it imports."""
    seen: set[str] = set()
    ahead = {start}
    while ahead:
        seen |= ahead
        ahead = {one for path in ahead for one in imported_by(root, path)} - seen
    return goal in seen - {start}


def faults_of_list(root: Path, listed: Mapping[str, Shown]) -> Iterator[str]:
    """What is not true of the list of modules without a test file of their name."""
    alone = without_test(root)
    for module in sorted(alone - set(listed)):
        yield f"{module}: write {mirror_of(module)}, or say in TESTED_IN where it is tested"
    for module in sorted(services_and_rules(root) - alone):
        if module not in imported_by(root, mirror_of(module)):
            yield f"{module}: {mirror_of(module)} does not import it"
    for module, shown in listed.items():
        if not (root / module).exists():
            yield f"{module}: is listed, but there is no such module"
        elif module not in alone:
            yield f"{module}: is listed, but {mirror_of(module)} is there"
        elif not (root / shown.by).exists():
            yield f"{module}: {shown.by} is not there"
        elif (shown.through or module) not in imported_by(root, shown.by):
            yield f"{module}: {shown.by} does not import {shown.through or module}"
        elif shown.through and not reaches(root, shown.through, module):
            yield f"{module}: {shown.through} does not use it"


def faults_of_reasons(root: Path, reasons: Mapping[str, str]) -> Iterator[str]:
    """What is not true of the list of test files without a module of their name."""
    loose = without_module(root)
    for test in sorted(loose - set(reasons)):
        yield f"{test}: bears no module's name; split or rename it, or give the reason in CROSS_CUTTING"
    for test in sorted(set(reasons) - loose):
        yield f"{test}: has a reason, but is not there or bears a module's name"


def test_every_service_and_rule_is_tested_where_its_name_or_the_list_says() -> None:
    assert list(faults_of_list(ROOT, TESTED_IN)) == []


def test_every_test_file_bears_a_modules_name_or_has_its_reason() -> None:
    assert list(faults_of_reasons(ROOT, CROSS_CUTTING)) == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house in order: an act with its test, and a part of it that the act's test shows."""
    for path, text in {
        "app/services/__init__.py": "",
        "app/services/classes/edit.py": "from app.services.classes import parts\n",
        "app/services/classes/parts.py": "from app.services.classes.deep import work\n",
        "app/services/classes/deep.py": "",
        "tests/services/classes/test_edit.py": "from app.services.classes.edit import edit_class\n",
        "app/web/me/home.py": "",
        "tests/web/me/test_home.py": "",
    }.items():
        put(tmp_path, path, text)
    return tmp_path


def put(root: Path, path: str, text: str = "") -> None:
    """Write a file of the small house."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


EDIT, PARTS, DEEP = (f"app/services/classes/{name}.py" for name in ("edit", "parts", "deep"))
TEST_OF_EDIT = "tests/services/classes/test_edit.py"
#: What is true of the small house.
IN_ORDER = {PARTS: Shown(TEST_OF_EDIT, EDIT), DEEP: Shown(TEST_OF_EDIT, EDIT)}


def test_a_house_in_order_has_no_faults(house: Path) -> None:
    assert list(faults_of_list(house, IN_ORDER)) == []
    assert list(faults_of_reasons(house, {})) == []


def test_a_service_without_a_test_is_noticed(house: Path) -> None:
    put(house, "app/services/classes/new.py")
    put(house, "app/rules/classes/fields.py")
    put(house, "app/web/me/page.py")
    assert [fault.partition(":")[0] for fault in faults_of_list(house, IN_ORDER)] == [
        "app/rules/classes/fields.py",
        "app/services/classes/new.py",
    ]


def test_a_test_file_that_has_only_the_name_is_noticed(house: Path) -> None:
    put(house, TEST_OF_EDIT, "if TYPE_CHECKING:\n    from app.services.classes.edit import edit_class\n")
    assert list(faults_of_list(house, {})) == [
        f"{DEEP}: write tests/services/classes/test_deep.py, or say in TESTED_IN where it is tested",
        f"{PARTS}: write tests/services/classes/test_parts.py, or say in TESTED_IN where it is tested",
        f"{EDIT}: {TEST_OF_EDIT} does not import it",
    ]


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        (Shown("tests/services/classes/test_gone.py", EDIT), "test_gone.py is not there"),
        (Shown(TEST_OF_EDIT), f"does not import {DEEP}"),
        (Shown("tests/web/me/test_home.py", EDIT), f"does not import {EDIT}"),
    ],
)
def test_a_place_that_does_not_show_the_module_is_noticed(house: Path, shown: Shown, says: str) -> None:
    (fault,) = faults_of_list(house, IN_ORDER | {DEEP: shown})
    assert fault.startswith(DEEP)
    assert says in fault


@pytest.mark.parametrize("text", ["", "if TYPE_CHECKING:\n    from app.services.classes.deep import work\n"])
def test_a_module_that_the_public_one_no_longer_uses_is_noticed(house: Path, text: str) -> None:
    put(house, PARTS, text)
    (fault,) = faults_of_list(house, IN_ORDER)
    assert fault == f"{DEEP}: {EDIT} does not use it"


def test_a_listed_module_that_has_a_test_by_now_or_is_gone_is_noticed(house: Path) -> None:
    put(house, "tests/services/classes/test_deep.py", "from app.services.classes.deep import work\n")
    gone = {"app/services/classes/gone.py": Shown(TEST_OF_EDIT)}
    faults = list(faults_of_list(house, IN_ORDER | gone))
    assert [fault.partition(":")[0] for fault in faults] == [DEEP, *gone]
    assert "test_deep.py is there" in faults[0]
    assert "no such module" in faults[1]


def test_a_test_file_without_a_module_is_noticed_and_so_is_a_reason_without_one(house: Path) -> None:
    put(house, "tests/web/me/test_everything.py")
    put(house, "tests/web/me/conftest.py")
    (loose,) = faults_of_reasons(house, {})
    assert loose.startswith("tests/web/me/test_everything.py: bears no module's name")
    assert list(faults_of_reasons(house, {"tests/web/me/test_everything.py": "all pages"})) == []
    reasons = {
        "tests/web/me/test_everything.py": "all pages",
        TEST_OF_EDIT: "x",
        "tests/web/test_gone.py": "x",
    }
    assert [fault.partition(":")[0] for fault in faults_of_reasons(house, reasons)] == [
        TEST_OF_EDIT,
        "tests/web/test_gone.py",
    ]
