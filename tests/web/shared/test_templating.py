"""The settings of the template engine."""

from __future__ import annotations

import pytest
from flask import Flask
from jinja2 import UndefinedError


@pytest.mark.parametrize(
    "text", ["{{ forgotten }}", "{% if forgotten %}{% endif %}", "{{ {}.forgotten or 'other' }}"]
)
def test_a_name_that_a_view_has_forgotten_is_an_error_and_no_blank(app: Flask, text: str) -> None:
    with app.test_request_context(), pytest.raises(UndefinedError):
        app.jinja_env.from_string(text).render()
