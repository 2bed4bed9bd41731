"""The table of permissions."""

from __future__ import annotations

import pytest

from app.rules.permissions import MAY, NEVER_BY_VISITORS, Action, Reach, Role, may, reach

#: Every act, and whether a visitor of the secretariat may do it inside a school. A new act must be decided here.
VISITOR_MAY = {
    Action.ENTER_MANAGEMENT: True,
    Action.SEE_FIGURES: True,
    Action.SEE_PEOPLE: True,
    Action.SEE_CLASSES: True,
    Action.SEE_OFFERINGS: True,
    Action.SEE_AUDIT: True,
    Action.CHANGE_SETTINGS: True,
    Action.SET_HEAD_TEACHER: True,
    Action.MANAGE_CLASSES: True,
    Action.SELECT_COURSES: True,
    Action.SCHEDULE_OFFERING: True,
    Action.PUBLISH_OFFERING: True,
    Action.ASSIGN_STAFF: True,
    Action.EDIT_COURSE: True,
    Action.MANAGE_REGISTRATIONS: True,
    # accounts and passwords
    Action.EDIT_PEOPLE: False,
    Action.CHANGE_RIGHTS: False,
    Action.CHANGE_FIRST_PASSWORDS: False,
    Action.PRINT_SLIPS: False,
    # people's data
    Action.REVEAL_PERSONAL_DATA: False,
    Action.IMPORT_ROSTER: False,
    Action.REVIEW_REQUESTS: False,
    Action.SEE_MAILS: False,
    Action.EXPORT_REGISTRATIONS: False,
    # deletions
    Action.DELETE_CLASS: False,
    Action.DELETE_GRADUATES: False,
    Action.DROP_TERM: False,
    Action.DISCARD_DRAFT: False,
    # the school's own word
    Action.CREATE_COURSE: False,
    Action.SUBMIT_COURSE: False,
    Action.REVIEW_COURSE: False,
    Action.RECOMMEND_COURSE: False,
    Action.DECLINE_LICENCE: False,
    Action.ANNOUNCE: False,
    # visits
    Action.SEE_VISITS: False,
    Action.END_VISIT: False,
    Action.ENTER_SCHOOL: False,
    # the alliance's own acts, and a student's
    Action.OPEN_SCHOOL: False,
    Action.MANAGE_SCHOOLS: False,
    Action.MANAGE_ALLIANCE_COURSES: False,
    Action.LICENSE_COURSE: False,
    Action.REVIEW_RECOMMENDATION: False,
    Action.SEE_ACTIVITY: False,
    Action.REGISTER: False,
}


@pytest.mark.parametrize("action", list(Action))
def test_what_a_visitor_may(action: Action) -> None:
    assert may(Role.VISITOR, action) is VISITOR_MAY[action]


@pytest.mark.parametrize("action", list(Action))
def test_a_visitor_reaches_nothing_that_the_schools_administrators_do_not(action: Action) -> None:
    assert reach(Role.VISITOR, action) in (None, reach(Role.ADMINISTRATOR, action))


@pytest.mark.parametrize("action", sorted(NEVER_BY_VISITORS))
def test_what_is_never_a_visitors_stays_so_whatever_the_table_says(
    action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The table and the set agree, so that whoever reads one of them reads the truth.
    assert Role.VISITOR not in MAY[action]
    monkeypatch.setitem(MAY, action, {Role.VISITOR: Reach.ALL})
    assert not may(Role.VISITOR, action)
