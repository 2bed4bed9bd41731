"""Home, catalogue and course page for visitors and students, against a bare Flask route; and many schools."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

from app.demo.schools import PASSWORD
from bench.figures import Figure, figure
from bench.installation import SCHOOL, Installation
from bench.load import median_milliseconds, requests_per_second
from bench.schools import fill
from deploy.local.database import PROJECT
from deploy.local.processes import free_port, port_is_free, spawn, wait_until
from deploy.local.stack import start_web, wait_for_web

FEW, MANY = 10, 1_000
ROUNDS = 3
SECONDS = 4.0
REQUESTS = 200
PATH = "/courses"
#: A search, whose page is never cached.
SEARCH = "/courses?q=%E5%AD%A6"
#: The measured pages; the course is the first of the catalogue.
PAGES = {"home": "/", "catalogue": PATH, "course": ""}
#: A student of the demo, with a password and courses.
STUDENT = "900012025001"


def measure(installation: Installation) -> list[Figure]:
    """Measure requests per second of pages and bare route in turn, and the median of a search among more schools."""
    host = f"{SCHOOL}.{installation.env['BASE_DOMAIN']}"
    port = int(installation.env["PORT"])
    pages: dict[str, list[float]] = {f"{name}{who}": [] for who in ("", "_student") for name in PAGES}
    bare: list[float] = []
    fill(installation.admin_url, FEW)
    with _web(installation):
        few = [median_milliseconds(port, host, SEARCH, REQUESTS) for _ in range(ROUNDS)]
    for _ in range(ROUNDS):
        with _web(installation):
            for who, cookie in (("", ""), ("_student", log_in(port, host))):
                for name, path in PAGES.items():
                    wanted = path or first_course(port, host)
                    pages[f"{name}{who}"].append(requests_per_second(port, host, wanted, SECONDS, cookie))
        with _bare(installation) as bare_port:
            bare.append(requests_per_second(bare_port, host, PATH, SECONDS))
    fill(installation.admin_url, MANY)
    with _web(installation):
        many = [median_milliseconds(port, host, SEARCH, REQUESTS) for _ in range(ROUNDS)]
    return [
        *(
            figure(f"page_{name}_rps", "requests/s", values, bare, better="high")
            for name, values in pages.items()
        ),
        figure("page_search_1000_schools_p50", "ms", many, few),
    ]


def first_course(port: int, host: str) -> str:
    """Return the address of the first course in the catalogue."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", PATH, headers={"Host": host})
    found = re.search(r'href="(/courses/\d+)"', connection.getresponse().read().decode())
    connection.close()
    assert found, "the catalogue names no course"
    return found[1]


def log_in(port: int, host: str) -> str:
    """Log in as the student through the form, and return the session cookie."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/login", headers={"Host": host})
    answer = connection.getresponse()
    token = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
    assert token, "the login form has no token"
    form = urlencode({"csrf_token": token[1], "account": STUDENT, "password": PASSWORD})
    headers = {"Host": host, "Cookie": _cookie(answer), "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", form, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 303, f"the login was answered with {answer.status}"
    return _cookie(answer)


def _cookie(answer: HTTPResponse) -> str:
    return "; ".join(cookie.partition(";")[0] for cookie in answer.headers.get_all("Set-Cookie", []))


@contextmanager
def _web(installation: Installation) -> Iterator[None]:
    web = start_web(installation.env, installation.folder)
    try:
        wait_for_web(web, installation.env)
        yield
    finally:
        web.stop()


@contextmanager
def _bare(installation: Installation) -> Iterator[int]:
    """Run the bare route under the same settings of gunicorn."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "bench.bare:app"]
    env = dict(installation.env) | {"PORT": str(port)}
    web = spawn("gunicorn", command, log=installation.folder / "bare.log", env=env, cwd=PROJECT)
    try:
        wait_until(lambda: not port_is_free(port), web, timeout=30)
        yield port
    finally:
        web.stop()
