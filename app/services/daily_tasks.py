"""All that is done for every school once a day."""

from __future__ import annotations

from app.services.alliance.figures import write_figures
from app.services.audit_check import check_today
from app.services.background.outbox import UnitsFor
from app.services.background.run_once_a_day import DailyTask, sweep_days
from app.services.licences.expiry import tend_licences

TASKS = (
    DailyTask("licences", tend_licences),
    DailyTask("figures", write_figures),
    DailyTask("audit", check_today, every_tenant=True),
)


def sweep_daily(*, units_for: UnitsFor) -> int:
    """Run what is due today; see ``daily.sweep_days``."""
    return sweep_days(TASKS, units_for=units_for)
