"""Every route is guarded, or stands on the list of public ones."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.models import User
from tenants.registry import SchoolInfo

#: What a visitor without an account may open.
PUBLIC = {
    "probes.healthz",
    "probes.readyz",
    "static",
    "language.choose",
    "auth.login",
    "captcha.image",
    "captcha.audio",
    "media.logo",
    "media.cover",
    "student.home",
    "catalogue.index",
    "catalogue.show",
    "apex.members",
    "help.index",
    "announcements.index",
    "announcements.show",
    # What is done with people's data, before one agrees to it.
    "privacy.show",
    # The link in the mail is the proof, and it may be opened on another device.
    "email.ask",
    "email.confirm",
    # The token is the proof; who leaves may be out by then.
    "visits.ask",
    "visits.enter",
    "visits.end",
    "visits.left",
    # Calendar programs cannot log in; the unguessable key in the address is the proof.
    "calendar.subscribed",
    # Only where mails are kept in a folder instead of sent: the demo.
    "demo_mail.index",
}

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def _address(app: Flask, rule: Rule) -> str:
    values = dict.fromkeys(rule.arguments, "1")
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, append_unknown=False)


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith(".static")]


def test_every_guarded_route_sends_a_visitor_to_the_login_or_says_there_is_nothing(
    app: Flask, school: SchoolInfo, client_for: Callable[..., FlaskClient]
) -> None:
    client = client_for(school)
    tried = 0
    for rule in _rules(app):
        if rule.endpoint in PUBLIC:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(_address(app, rule), method=method)
            allowed = {302, 303, 404} if method == "GET" else {302, 303, 400, 404, 405}
            assert answer.status_code in allowed, f"{method} {rule.rule} -> {answer.status_code}"
            if answer.status_code in (302, 303):
                # A form without its token goes back to its own page, which then asks for the login.
                goal = answer.headers["Location"].partition("?")[0]
                assert "/login" in goal or (method == "POST" and goal == rule.rule), f"{method} {rule.rule}"
            tried += 1
    assert tried > 20


def test_a_student_reaches_nothing_of_the_management_side(
    app: Flask,
    school: SchoolInfo,
    client_for: Callable[..., FlaskClient],
    make_user: Callable[..., User],
) -> None:
    student = make_user(school, must_change_password=False, password_hash="x")
    client = client_for(school, student)
    for rule in _rules(app):
        if rule.rule.startswith("/manage"):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = client.open(_address(app, rule), method=method)
                assert answer.status_code in (400, 404, 405), f"{method} {rule.rule} -> {answer.status_code}"


def test_no_unsafe_route_works_without_a_token(
    app: Flask,
    school: SchoolInfo,
    client_for: Callable[..., FlaskClient],
    make_user: Callable[..., User],
) -> None:
    administrator = make_user(school, "administrator", must_change_password=False, password_hash="x")
    client = client_for(school, administrator)
    exempt = {"language.choose"}
    for rule in _rules(app):
        for method in (rule.methods or set()) & UNSAFE:
            if rule.endpoint in exempt:
                continue
            answer = client.open(_address(app, rule), method=method)
            goal = answer.headers.get("Location", "").partition("?")[0]
            back = answer.status_code == 303 and goal in (rule.rule, "/login")
            assert back or answer.status_code in (400, 404, 405), (
                f"{method} {rule.rule} -> {answer.status_code}"
            )


def test_no_unsafe_route_takes_a_sibling_schools_page(
    app: Flask, school: SchoolInfo, client_for: Callable[..., FlaskClient]
) -> None:
    client = client_for(school)
    for rule in _rules(app):
        for method in (rule.methods or set()) & UNSAFE:
            for headers in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "http://another.localhost"}):
                answer = client.open(_address(app, rule), method=method, headers=headers)
                assert answer.status_code == 403, f"{method} {rule.rule} {headers} -> {answer.status_code}"
