"""The secretariat's open tasks: the numbers on the first page of its desk."""

from __future__ import annotations

from dataclasses import dataclass

from app.context import Context
from app.rules.licences.conditions import LicenceState
from app.services.courses.recommendation_pages import count_open_recommendations
from app.services.licences.lists import list_licences


@dataclass(frozen=True, slots=True)
class DeskTasks:
    """Counts of open tasks.

    Args:
        recommendations: courses that schools recommended and that have no answer.
        ending: licences that run out soon.
        declined: licences that a school has declined.
    """

    recommendations: int
    ending: int
    declined: int


def count_tasks(ctx: Context) -> DeskTasks:
    """Count open tasks, by the rules of the lists that show them.

    Schools with an unfinished checklist are not counted here: that needs a query in each school's scope.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    return DeskTasks(
        recommendations=count_open_recommendations(ctx),
        ending=list_licences(ctx, state=LicenceState.ENDING).total,
        declined=list_licences(ctx, state=LicenceState.DECLINED).total,
    )
