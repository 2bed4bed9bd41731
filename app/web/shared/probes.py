"""Probes for machines: whether the process is alive, and whether it can serve."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app, jsonify
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.migrations.head import HEAD
from tenants.db import db

blueprint = Blueprint("probes", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Report that the process answers; nothing else is checked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Check the database (as a restricted role, migrations at head) and Redis; answer 503 until all are right."""
    checks = {"database": _database(), "redis": _redis()}
    ready = all(state == "ok" for state in checks.values())
    return jsonify(status="ok" if ready else "unavailable", **checks), 200 if ready else 503


def _database() -> str:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SET LOCAL statement_timeout = '1s'"))
            privileged = connection.scalar(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            )
            version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError as error:
        return f"unavailable ({type(error).__name__})"
    if privileged:
        return "the application's role may pass row-level security"
    return "ok" if version == HEAD else f"migrations at {version}, expected {HEAD}"


def _redis() -> str:
    try:
        cast(Redis, current_app.extensions["spoc_redis"]).ping()
    except RedisError as error:
        return f"unavailable ({type(error).__name__})"
    return "ok"
