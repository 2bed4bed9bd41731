"""Fixtures live in `tests/support`, one module a subject; this file only names the modules."""

pytest_plugins = [
    "tests.support.servers",
    "tests.support.checkout",
    "tests.support.app",
    "tests.support.world",
    "tests.support.teaching",
    "tests.support.own_courses",
    "tests.support.rosters",
    "tests.support.teachers",
    "tests.support.live",
    "tests.support.browser",
    "tests.support.mail",
]
