"""What happens again and again, without anybody asking: the sweep that finds imports nobody works on."""

from __future__ import annotations

from flask import current_app

from app.services.imports.sweep import sweep_imports
from workers.dispatch import log_error, units_for

#: Seconds between two sweeps of an idle worker.
SWEEP_SECONDS = 5


def sweep() -> None:
    """Send again what Redis lost or a dead worker left; an error is logged and the next sweep tries again."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        with app.app_context():
            sweep_imports(units_for=units_for)
    except Exception as error:
        log_error("the sweep", error)
