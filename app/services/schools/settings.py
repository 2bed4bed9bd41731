"""The school's own settings: first passwords and slips, the sender name of its mails, the contact for help."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Invalid, msg
from app.models import SchoolSettings
from app.rules.permissions import Action
from app.rules.shared.cells import Unreadable
from app.rules.shared.texts import read_line
from app.services.shared.audit import record
from app.services.shared.require_permission import require

#: The two kinds of first passwords: by the manual's rule, or random on a credential slip.
RULE = "rule"
RANDOM = "random"

SLIP_DAYS = (1, 365)
SENDER_LENGTH = 64
CONTACT_LENGTH = 200


def get_settings(ctx: Context) -> SchoolSettings:
    """Return the school's settings; defaults while nothing has been set (then the row is not stored)."""
    found = ctx.session.scalar(select(SchoolSettings))
    return found or SchoolSettings(school_id=ctx.school.id, initial_password=RULE, slip_days=30)


def change_settings(ctx: Context, *, mail_sender: str | None, help_contact: str | None) -> SchoolSettings:
    """Change how the school's mails and pages name it.

    Args:
        mail_sender: the name that the school's mails carry, ``None`` for the school's own.
        help_contact: office, phone or address on the pages of login and help, ``None`` for none.

    Raises:
        NotAllowed: only administrators may, and visitors on their behalf.
        Invalid: with the field and the reason.
    """
    require(ctx, Action.CHANGE_SETTINGS)
    return _decide(
        ctx,
        {
            "mail_sender": _line("mail_sender", mail_sender, SENDER_LENGTH),
            "help_contact": _line("help_contact", help_contact, CONTACT_LENGTH),
        },
    )


def change_first_passwords(ctx: Context, *, initial_password: str, slip_days: int) -> SchoolSettings:
    """Change how first passwords are made.

    Args:
        initial_password: ``RULE`` (manual 4.2, rule 5) or ``RANDOM`` (only credential slips open new accounts).
        slip_days: days for which a slip that is printed from now on is valid.

    Raises:
        NotAllowed: only administrators of the school may.
        Invalid: with the field and the reason.
    """
    require(ctx, Action.CHANGE_FIRST_PASSWORDS)
    if initial_password not in (RULE, RANDOM):
        raise Invalid("initial_password", msg("请选择一种初始密码方式"))
    if not SLIP_DAYS[0] <= slip_days <= SLIP_DAYS[1]:
        raise Invalid(
            "slip_days", msg("请填写 %(least)s 到 %(most)s 之间的天数", least=SLIP_DAYS[0], most=SLIP_DAYS[1])
        )
    return _decide(ctx, {"initial_password": initial_password, "slip_days": slip_days})


def _decide(ctx: Context, values: dict[str, str | int | None]) -> SchoolSettings:
    before = get_settings(ctx)
    old = {name: getattr(before, name) for name in values}
    # Two administrators may set it for the first time at the same moment.
    statement = insert(SchoolSettings).values(school_id=ctx.school.id, **values)
    statement = statement.on_conflict_do_update(index_elements=["school_id"], set_=values)
    ctx.session.execute(statement)
    if old != values:
        record(ctx, "settings.changed", "school", ctx.school.id, {"old": old, "new": values})
    return ctx.session.scalars(select(SchoolSettings).execution_options(populate_existing=True)).one()


def _line(field: str, typed: str | None, length: int) -> str | None:
    try:
        return read_line(typed, length)
    except Unreadable as error:
        raise Invalid(field, error.message) from None
