"""First passwords: how a school chooses them, and slips that are printed and read."""

from __future__ import annotations

from collections.abc import Callable

from app.context import Context
from app.services.auth.slips import SlipChoice, SlipGroup, preview_slips, print_slips
from app.services.schools.settings import change_first_passwords
from app.uow import unit_of_work
from tenants.registry import SchoolInfo

STUDENTS = SlipChoice(group=SlipGroup.STUDENTS)


def choose_first_passwords(
    make_ctx: Callable[..., Context], school: SchoolInfo, way: str, days: int = 30
) -> None:
    """Set the school's way to first passwords."""
    with unit_of_work(make_ctx(school)) as ctx:
        change_first_passwords(ctx, initial_password=way, slip_days=days)


def handed_out(
    make_ctx: Callable[..., Context], school: SchoolInfo, choice: SlipChoice = STUDENTS
) -> dict[str, str]:
    """Print, told how many slips become void, and read each login's password."""
    with unit_of_work(make_ctx(school)) as ctx:
        voided = preview_slips(ctx, choice=choice).voided
        sheets = print_slips(ctx, choice=choice, voided=voided)
        return {slip.login: slip.password for sheet in sheets for slip in sheet.slips}
