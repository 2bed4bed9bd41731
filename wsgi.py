"""The composition root, which reads the settings and assembles the packages; only its import has side effects."""

from __future__ import annotations

from admin.setup import register as register_admin
from app.factory import create_app
from config import Settings
from workers.setup import register as register_workers

app = create_app(Settings.from_env(), plugins=(register_admin, register_workers))
