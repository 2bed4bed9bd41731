"""Fixtures live in `tests/support`, one module a subject; this file only names the modules."""

pytest_plugins = [
    "tests.support.servers",
    "tests.support.checkout",
    "tests.support.app",
    "tests.support.world",
    "tests.support.rosters",
    "tests.support.live",
    "tests.support.logins",
    "tests.support.browser",
]
