"""The globals and filters of all templates."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale, get_translations
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup

from app.rules.permissions import Action, Role, may
from app.rules.schools.colours import accent_theme
from app.web.shared.i18n import chosen_language, joined, translated
from app.web.shared.security import own_style
from app.web.shared.state_words import STATE_WORDS
from tenants.registry import SchoolInfo

DEFAULT_ACCENT = "#1f5eff"


@cache
def _manifest(static_folder: str) -> dict[str, str]:
    path = Path(static_folder) / "dist" / "manifest.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def asset(name: str) -> str:
    """Return the address of a built front-end file, with its hash."""
    return f"/static/dist/{_manifest(str(current_app.static_folder))[name]}"


def logo_url(school: SchoolInfo) -> str | None:
    """Return the address of a school's logo, ``None`` if it has none yet."""
    if not school.logo_sha:
        return None
    return url_for("media.logo", school_id=school.id, sha=school.logo_sha)


def school_address(slug: str) -> str:
    """Return the address of a school's own host; the alliance's host for an empty label."""
    config = current_app.config
    host = f"{slug}.{config['BASE_DOMAIN']}" if slug else config["BASE_DOMAIN"]
    port = f":{config['PUBLIC_PORT']}" if config["PUBLIC_PORT"] else ""
    return f"{config['PUBLIC_SCHEME']}://{host}{port}"


def local_time(moment: datetime | None) -> str:
    """Return a moment in the school's time zone: 2026-09-01 08:00."""
    if moment is None:
        return ""
    zone = ZoneInfo(g.school.timezone) if "school" in g else ZoneInfo("Asia/Shanghai")
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def zone_name(zone: str) -> str:
    """Return the common name of a time zone: 中国标准时间 for Asia/Shanghai."""
    return get_timezone_name(ZoneInfo(zone), locale=get_locale())


def iso_date(day: date | None) -> str:
    """Return a day as 2026-09-01."""
    return day.isoformat() if day else ""


def reopened_address() -> str:
    """Return the address at which this page can be opened again.

    The answer to a form may have an address that cannot be opened.
    """
    if request.method == "GET":
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    path = request.path
    while adapter and path.strip("/"):
        for address in dict.fromkeys((path, path.rstrip("/"))):
            if adapter.test(address, "GET"):
                return address
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return "/"


def may_manage(kind: str) -> bool:
    """Return whether an account of this kind has a management side (「教师端」)."""
    return may(Role(kind), Action.ENTER_MANAGEMENT)


def _gettext(text: str, /, **values: object) -> str:
    """Translate a template's ``_`` as Jinja does, but look the catalogue up once a request, not once a word."""
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return Markup(g.catalogue.gettext(text)) % values  # noqa: S704 - our own texts; values are escaped


def install(app: Flask) -> None:
    """Register globals and filters; an undefined name in a template is an error, not a blank."""
    app.jinja_env.undefined = StrictUndefined

    @app.context_processor
    def surroundings() -> dict[str, object]:
        school: SchoolInfo | None = g.get("school")
        return {
            "school": school,
            "theme": accent_theme(school.accent if school else DEFAULT_ACCENT),
            "locale": chosen_language(),
        }

    app.jinja_env.globals.update(
        asset=asset,
        logo_url=logo_url,
        school_address=school_address,
        own_style=own_style,
        csrf_token=generate_csrf,
        may_manage=may_manage,
        reopened_address=reopened_address,
        state_words=STATE_WORDS,
        _=_gettext,
        gettext=_gettext,
    )
    app.jinja_env.filters.update(
        translated=translated, joined=joined, local_time=local_time, iso_date=iso_date, zone_name=zone_name
    )
