"""Composition root: reads the settings and puts the packages together. The only import-time side effect."""

from __future__ import annotations

from admin.setup import register as register_admin
from app.factory import create_app
from config import Settings
from workers.setup import register as register_workers

app = create_app(Settings.from_env(), plugins=(register_admin, register_workers))
