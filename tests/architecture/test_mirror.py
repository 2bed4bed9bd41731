"""Tests mirror modules: each service and rule has a test of its name, or the list says which test shows it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = {"app/services": "tests/services", "app/rules": "tests/rules"}

#: Module without a test of its name -> the test that shows it, directly or through the module that uses it.
TESTED_IN: Mapping[str, str] = {
    "app/rules/auth/consent": "tests/services/auth/test_consents.py",
    "app/rules/shared/person_lengths": "tests/rules/shared/test_texts.py",
    "app/rules/shared/problems": "tests/rules/imports/test_students.py",
    "app/services/auth/limit_port": "tests/services/auth/test_login.py",
    "app/services/background/unit_of_work_factory": "tests/services/background/test_outbox.py",
    "app/services/classes/register": "tests/services/classes/test_select_courses.py",
    "app/services/courses/fields": "tests/services/courses/test_drafts.py",
    "app/services/courses/review_notices": "tests/services/courses/test_reviews.py",
    "app/services/imports/shared/accounts": "tests/services/imports/teachers/test_plan.py",
    "app/services/imports/shared/logins": "tests/services/imports/pages/test_downloads.py",
    "app/services/imports/shared/pictures": "tests/services/imports/teachers/test_pictures.py",
    "app/services/imports/shared/row_plan": "tests/services/imports/shared/test_staging.py",
    "app/services/imports/shared/source": "tests/services/imports/teachers/test_rows.py",
    "app/services/imports/shared/sql": "tests/services/imports/run/test_apply.py",
    "app/services/imports/students/roster": "tests/services/imports/run/test_check.py",
    "app/services/imports/students/rows": "tests/services/imports/run/test_check.py",
    "app/services/imports/teachers/accounts": "tests/services/imports/teachers/test_rows.py",
    "app/services/licences/rows": "tests/services/licences/test_bulk.py",
    "app/services/messages/mail_port": "tests/services/messages/test_mail_list.py",
    "app/services/people/fields": "tests/services/people/test_edit.py",
}


def modules(root: Path = ROOT) -> Iterator[Path]:
    """The modules of the mirrored layers, as paths below the root without their ending."""
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*.py")):
            if path.name != "__init__.py":
                yield path.relative_to(root).with_suffix("")


def own_test(module: Path, root: Path = ROOT) -> bool:
    """Whether the module has a test of its name at the mirrored place."""
    layer = next(layer for layer in LAYERS if module.is_relative_to(layer))
    inner = module.relative_to(layer)
    return (root / LAYERS[layer] / inner.parent / f"test_{inner.name}.py").exists()


def without_place(root: Path = ROOT, listed: Mapping[str, str] = TESTED_IN) -> list[str]:
    """Modules that have neither a test of their name nor a place on the list."""
    return [
        module.as_posix()
        for module in modules(root)
        if not own_test(module, root) and module.as_posix() not in listed
    ]


def imported_below(test: Path) -> set[str]:
    """What a test imports, and what those modules of the product import, as paths."""
    found: set[str] = set()
    waiting = [test]
    for path in waiting:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                place = name.replace(".", "/")
                source = ROOT / f"{place}.py"
                if place.startswith(("app/", "tests/")) and source.exists() and place not in found:
                    found.add(place)
                    waiting.append(source)
    return found


def test_each_service_and_rule_has_a_test_of_its_name_or_is_listed() -> None:
    assert without_place() == []


@pytest.mark.parametrize("module", TESTED_IN)
def test_the_list_is_true(module: str) -> None:
    assert (ROOT / f"{module}.py").exists(), "there is no such module any more"
    assert not own_test(Path(module)), "it has a test of its name by now"
    assert module in imported_below(ROOT / TESTED_IN[module]), "that test does not reach the module"


def test_a_module_without_a_test_would_be_noticed(tmp_path: Path) -> None:
    for place in (
        "app/services/classes/edit.py",
        "app/services/classes/bare.py",
        "app/rules/shared/texts.py",
    ):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    (tmp_path / "tests/services/classes").mkdir(parents=True)
    (tmp_path / "tests/services/classes/test_edit.py").touch()
    assert without_place(tmp_path, {}) == ["app/services/classes/bare", "app/rules/shared/texts"]
    assert without_place(tmp_path, {"app/services/classes/bare": "", "app/rules/shared/texts": ""}) == []
