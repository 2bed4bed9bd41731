"""Fixtures live in `tests/support`, one module a subject; this file names the modules and the order of the tests."""

import pytest

pytest_plugins = [
    "tests.support.servers",
    "tests.support.checkout",
    "tests.support.app",
    "tests.support.world",
    "tests.support.walls",
    "tests.support.teaching",
    "tests.support.own_courses",
    "tests.support.rosters",
    "tests.support.teachers",
    "tests.support.live",
    "tests.support.browser",
    "tests.support.mail",
    "tests.support.grounds",
]

#: Folders whose tests start processes and wait for them; whoever runs beside them has the processor meanwhile.
_PATIENT = ("kills", "workers", "tooling", "browser", "cli", "admin", "architecture")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no process is left alone with one at the end."""
    folders = {folder: number for number, folder in enumerate(_PATIENT)}
    items.sort(key=lambda item: folders.get(item.path.parent.name, len(folders)))
