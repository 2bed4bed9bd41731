"""What happens again and again, without anybody asking: the sweep that finds what nobody works on."""

from __future__ import annotations

from flask import current_app

from app.services.audit_chain import sweep_audit
from app.services.courses.version_news import sweep_versions
from app.services.daily_tasks import sweep_daily
from app.services.imports.shared.sweep import sweep_imports
from app.services.messages.mail_queue import sweep_mails
from workers.dispatch import log_error, units_for

#: Seconds between two sweeps of an idle worker.
SWEEP_SECONDS = 5
#: The daily check of audit chains comes after what waits has been chained.
_SWEEPS = (sweep_imports, sweep_mails, sweep_versions, sweep_audit, sweep_daily)


def sweep() -> None:
    """Send again what Redis lost or a dead worker left; an error is logged and the next sweep tries again."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    for each in _SWEEPS:
        try:
            with app.app_context():
                each(units_for=units_for)
        except Exception as error:
            log_error(each.__name__, error)
