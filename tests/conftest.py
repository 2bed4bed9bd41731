"""The list of fixture modules and the order of the tests; fixtures are in `tests/support`, one module a subject."""

from pathlib import Path

import pytest

pytest_plugins = [
    "tests.support.servers",
    "tests.support.checkout",
    "tests.support.app",
    "tests.support.accounts",
    "tests.support.audit",
    "tests.support.world",
    "tests.support.walls",
    "tests.support.teaching",
    "tests.support.own_courses",
    "tests.support.rosters",
    "tests.support.teachers",
    "tests.support.manage",
    "tests.support.live",
    "tests.support.browser",
    "tests.support.mail",
    "tests.support.busy_school",
    "tests.support.grounds",
]

#: Folders whose tests start processes and wait for them; whoever runs beside them has the processor meanwhile.
_PATIENT = ("kills", "workers", "tooling", "browser", "cli", "admin", "architecture")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no process is left alone with one at the end."""
    places = {folder: number for number, folder in enumerate(_PATIENT)}
    tests = Path(__file__).parent
    items.sort(key=lambda item: places.get(item.path.relative_to(tests).parts[0], len(places)))
