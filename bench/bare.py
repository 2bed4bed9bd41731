"""The floor of a page: a Flask route that answers two letters."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/courses")
def courses() -> str:
    """Nothing but Flask."""
    return "ok"
