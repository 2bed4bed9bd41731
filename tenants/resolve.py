"""The first wall between schools: the Host header determines the school of a request before anything else runs."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, g, request

from tenants.db import db
from tenants.host import APEX, slug_from_host
from tenants.registry import SchoolInfo, find_alliance, find_by_slug
from tenants.scope import enter_school

#: Endpoints that work on every host without a school: probes and files of the front end.
HOSTLESS_ENDPOINTS = frozenset({"probes.healthz", "probes.readyz", "static"})


class UnknownSchool(LookupError):
    """Raised when no school has the host label."""


class SuspendedSchool(Exception):
    """Raised when a school is suspended; ``school`` is that school."""

    def __init__(self, school: SchoolInfo) -> None:
        super().__init__(school.slug)
        self.school = school


class AllianceMissing(LookupError):
    """Raised when the platform has no alliance yet."""


def school_for_host(host: str, base_domain: str) -> SchoolInfo:
    """Return the school of a host.

    Raises:
        UnknownSchool: no school has this label.
        AllianceMissing: the host is the apex, and the platform has not been set up.
    """
    slug = slug_from_host(host, base_domain)
    if slug == APEX:
        alliance = find_alliance()
        if alliance is None:
            raise AllianceMissing
        return alliance
    school = find_by_slug(slug) if slug is not None else None
    if school is None:
        raise UnknownSchool(host)
    return school


def install(app: Flask, *, base_domain: str) -> None:
    """Determine the school at the start of every request, and bind the request's session to it."""

    def resolve() -> None:
        if request.endpoint in HOSTLESS_ENDPOINTS:
            return
        school = school_for_host(request.host, base_domain)
        g.school = school
        enter_school(db.session(), school.id)
        if school.status == "suspended":
            raise SuspendedSchool(school)

    hooks: list[Callable[[], None]] = app.before_request_funcs.setdefault(None, [])  # type: ignore[assignment]
    hooks.insert(0, resolve)
