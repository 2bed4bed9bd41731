"""Chromium for tests: the machine's own, connected to nothing but the server under test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from app.models import User
from deploy.local.bootstrap import BROWSERS
from tenants.registry import SchoolInfo
from tests.support.app import IsolatedClient
from tests.support.waiting import BROWSER_PATIENCE

PROJECT = Path(__file__).resolve().parents[2]
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}

#: axe's two upper levels; the lower ones are advice.
SERIOUS = ("serious", "critical")

_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    # Names other than ours are not even looked up.
    "--host-resolver-rules=MAP localhost 127.0.0.1, MAP *.localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """How Chromium is started; root may not use its sandbox."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {"headless": True, "args": arguments} | ({"executable_path": program} if program else {})


#: Only what counts is worked out in full and brought here; all that axe knows of a page is long.
_FINDINGS = """async levels => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
  return violations.filter(({ impact }) => levels.includes(impact)).map(
    ({ id, help, nodes }) => `${id}: ${help} at ${nodes[0].target} (${nodes.length} places)`);
}"""


class Watched:
    """What went wrong in a page's console or on its wires, apart from answers with an error status."""

    def __init__(self, page: Page) -> None:
        self.troubles: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if (
            parts.scheme in ("http", "https", "ws", "wss")
            and host != "localhost"
            and not host.endswith(".localhost")
        ):
            self.troubles.append(f"request to another host: {request.url}")


#: Also for what a worker does: a page that waits for an import must not give up before the import does.
expect.set_options(timeout=BROWSER_PATIENCE)


def open_browser(browser: Browser, **options: Any) -> BrowserContext:
    """A browser of a person who has never been here, at a desk, reading Chinese unless the options say otherwise."""
    defaults = {"viewport": DESKTOP, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
    context = browser.new_context(**(defaults | options))
    context.set_default_timeout(BROWSER_PATIENCE)
    return context


@pytest.fixture
def browser_context(browser: Browser) -> Iterator[BrowserContext]:
    """The browser of the test's first person."""
    context = open_browser(browser)
    yield context
    context.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Iterator[Page]:
    """A page whose console stays silent (refused by the content policy is an error, too) and that calls nobody else."""
    page = browser_context.new_page()
    watched = Watched(page)
    yield page
    assert watched.troubles == []


def log_in(context: BrowserContext, app: Flask, school: SchoolInfo, user: User) -> None:
    """Give a browser the session of an account, for tests that are not about logging in."""
    host = "localhost" if school.is_alliance else f"{school.slug}.localhost"
    client = IsolatedClient(app, app.response_class)
    with client.session_transaction(base_url=f"http://{host}") as session:
        session["_user_id"] = str(user.id)
        session["_fresh"] = True
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name, domain=host)
    assert cookie is not None
    context.add_cookies(
        [
            {
                "name": name,
                "value": cookie.value,
                "domain": host,
                "path": "/",
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


def serious_findings(page: Page) -> list[str]:
    """What axe finds serious or critical on the page as it stands: rule, help and the first place of each."""
    # What the page's own header covers while it is scrolled is within reach again after scrolling.
    page.evaluate("() => window.scrollTo({top: 0, behavior: 'instant'})")
    if page.evaluate("() => typeof axe") == "undefined":
        # Evaluated, not inserted as a script element, which the content policy would refuse.
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(_FINDINGS, SERIOUS))


def sideways(page: Page) -> int:
    """How many pixels of the page lie outside the window, to the right."""
    return int(
        page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )
