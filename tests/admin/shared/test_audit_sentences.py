"""The words for the entries of the audit log."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from admin.shared.audit_sentences import ACTIONS, action_name


def test_an_act_that_was_renamed_keeps_its_words(app: Flask) -> None:
    with app.test_request_context():
        assert action_name("enrolment.registered") == action_name("registration.registered")
        assert action_name("enrolment.registered") == str(ACTIONS["registration.registered"])


def test_an_unknown_act_is_shown_as_it_was_noted(app: Flask) -> None:
    with app.test_request_context():
        assert action_name("moon.landed") == "moon.landed"


SERVICES = Path(__file__).resolve().parents[3] / "app" / "services"


def test_every_act_that_a_service_records_has_a_word() -> None:
    recorded = {
        act
        for path in SERVICES.rglob("*.py")
        for act in re.findall(r'record\(\s*\w+,\s*"([a-z_]+\.[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(recorded) > 10
    assert recorded <= set(ACTIONS)
