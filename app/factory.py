"""The application factory; it gets ``admin`` and ``workers`` as plugins and does not import them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from redis import Redis
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import tenants.guard
from app.cli import audit, demo, roster, setup
from app.cli import school as school_commands
from app.extensions import csrf, login_manager
from app.jobs import discard
from app.vault import Vault
from app.web.alliance import visiting, visits
from app.web.announcements import views as announcements
from app.web.auth import captcha
from app.web.auth import consent as privacy
from app.web.auth import views as auth
from app.web.auth.server_session import RedisSessions
from app.web.catalogue import alliance as apex
from app.web.catalogue import school as catalogue
from app.web.me import calendar, email
from app.web.me import home as student
from app.web.me import information as me
from app.web.media import views as media
from app.web.messages import demo_mail
from app.web.messages import notices as messages
from app.web.requests import student as own_requests
from app.web.shared import errors, help, i18n, probes, security, templating
from app.web.shared.cache.pages import PageCache
from app.web.shared.sent_forms import SentRequest
from tenants import resolve
from tenants.db import db

if TYPE_CHECKING:
    from config import Settings

#: The size of the largest request, a form with a roster of 10 MiB.
MAX_REQUEST_BYTES = 11 * 1024 * 1024

Plugin = Callable[[Flask], None]

BLUEPRINTS = (
    probes.blueprint,
    i18n.blueprint,
    auth.blueprint,
    captcha.blueprint,
    media.blueprint,
    student.blueprint,
    calendar.blueprint,
    me.blueprint,
    own_requests.blueprint,
    email.blueprint,
    messages.blueprint,
    help.blueprint,
    announcements.blueprint,
    privacy.blueprint,
    visits.blueprint,
    catalogue.blueprint,
    apex.blueprint,
    demo_mail.blueprint,
)


def create_app(settings: Settings, plugins: Iterable[Plugin] = ()) -> Flask:
    """Create the application.

    Args:
        settings: the settings from ``config``.
        plugins: functions that register the management side and the queue; ``wsgi.py`` passes them.
    """
    assert tenants.guard
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = Flask(__name__.partition(".")[0], static_folder="static")
    app.request_class = SentRequest
    _configure(app, settings)
    db.init_app(app)
    redis = Redis.from_url(settings.redis_url, socket_timeout=5, socket_connect_timeout=2)
    app.extensions["spoc_redis"] = redis
    app.extensions["spoc_vault"] = Vault(settings.vault_key)
    app.extensions["spoc_enqueue"] = discard
    app.session_interface = RedisSessions(redis, settings.base_domain)
    i18n.install(app)
    resolve.install(app, base_domain=settings.base_domain)
    security.install(app, https=settings.scheme == "https")
    csrf.init_app(app)
    login_manager.init_app(app)
    templating.install(app)
    visiting.install(app)
    errors.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for commands in (setup, school_commands, roster, audit, demo):
        commands.register(app)
    for plugin in plugins:
        plugin(app)
    _wrap(app, settings)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SPOC_ENV=settings.env,
        TESTING=settings.env == "test",
        BASE_DOMAIN=settings.base_domain,
        PUBLIC_PORT=settings.port,
        PUBLIC_SCHEME=settings.scheme,
        CAPTCHA=settings.captcha,
        REDIS_URL=settings.redis_url,
        SECRET_KEY=settings.secret_key,
        MAIL_SERVER=settings.mail_server,
        MAIL_FROM=settings.mail_from,
        MAIL_FOLDER=settings.mail_folder,
        TRUSTED_HOSTS=[settings.base_domain, "." + settings.base_domain],
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        # __Host- binds the cookie to this host; it requires https, which the demo does not have
        SESSION_COOKIE_NAME="__Host-sid" if settings.scheme == "https" else "sid",
        SESSION_COOKIE_SECURE=settings.scheme == "https",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": 5,
            "max_overflow": 5,
            "pool_pre_ping": True,
            "connect_args": {
                "options": "-c idle_in_transaction_session_timeout=60000 -c statement_timeout=30000"
            },
        },
    )


def _wrap(app: Flask, settings: Settings) -> None:
    static = Path(str(app.static_folder)) / "dist"
    pages = PageCache(app, app.wsgi_app)
    wrapped = WhiteNoise(pages, max_age=365 * 24 * 3600, immutable_file_test=lambda _path, _url: True)
    if static.is_dir():
        wrapped.add_files(str(static), prefix="static/dist/")
    app.wsgi_app = wrapped  # type: ignore[method-assign]
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
