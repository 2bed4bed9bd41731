"""The floor of a page: a Flask route that returns two letters."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/courses")
def courses() -> str:
    """Return two letters, with no work besides Flask's."""
    return "ok"
