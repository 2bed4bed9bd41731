"""帮助: short sections for students; on the alliance's host, how to find one's school."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.services.schools.settings import RANDOM, get_settings
from app.web.shared.cache.pages import shared_by_visitors
from app.web.shared.context import request_context
from app.web.shared.hosts import by_host

blueprint = Blueprint("help", __name__)


def _school() -> str:
    """Show the school's own help: its unit code in the examples, its kind of first passwords, and its contacts."""
    settings = get_settings(request_context())
    by_slips = settings.initial_password == RANDOM
    return render_template("help/school.html", by_slips=by_slips, contact=settings.help_contact)


def _alliance() -> str:
    return render_template("help/alliance.html")


blueprint.add_url_rule("/help", "index", shared_by_visitors(by_host(school=_school, apex=_alliance)))
