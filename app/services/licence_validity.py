"""Whether a licence holds."""

from __future__ import annotations

from datetime import date

from app.models import CourseLicence


def is_licence_valid(licence: CourseLicence | None, today: date) -> bool:
    """Whether a licence holds on a day at the school, its first and last day included."""
    return (
        licence is not None
        and (licence.starts_on is None or licence.starts_on <= today)
        and (licence.ends_on is None or today <= licence.ends_on)
    )
