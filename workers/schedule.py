"""Recurring work: sending lost jobs again, and daily tasks."""

from __future__ import annotations

from flask import current_app

from app.services.alliance.figures import write_figures
from app.services.background.outbox import UnitOfWorkFactoryFor
from app.services.background.run_once_a_day import DailyTask, sweep_days
from app.services.courses.version_news import sweep_versions
from app.services.imports.shared.sweep import sweep_imports
from app.services.licences.expiry import tend_licences
from app.services.messages.mail_queue import sweep_mails
from app.services.shared.audit_chain import sweep_audit
from app.services.shared.audit_check import check_today
from workers.dispatch import log_error, units_for

#: The tasks that run once a day for every school.
DAILY_TASKS = (
    DailyTask("licences", tend_licences),
    DailyTask("figures", write_figures),
    DailyTask("audit", check_today, every_tenant=True),
)


def sweep_daily(*, units_for: UnitOfWorkFactoryFor) -> int:
    """Run the daily tasks that are due; see ``run_once_a_day.sweep_days``."""
    return sweep_days(DAILY_TASKS, units_for=units_for)


#: Imports come first, because people wait for them; the daily check of audit chains comes after the chaining.
_SWEEPS = (sweep_imports, sweep_mails, sweep_versions, sweep_audit, sweep_daily)


def sweep() -> bool:
    """Do all work that is due; errors are logged, and the next sweep tries again.

    Returns:
        Whether all sweeps succeeded.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    succeeded = True
    for run_sweep in _SWEEPS:
        try:
            with app.app_context():
                run_sweep(units_for=units_for)
        except Exception as error:
            log_error(run_sweep.__name__, error)
            succeeded = False
    return succeeded
