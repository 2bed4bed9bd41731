"""The table of permissions, which every use case consults."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """The roles of actors. The first four are kinds of accounts; the others are not people of a school."""

    STUDENT = "student"
    TEACHER = "teacher"
    ADMINISTRATOR = "administrator"
    SECRETARY = "secretary"
    SYSTEM = "system"
    OPERATOR = "operator"
    #: A secretary who visits a school, for an hour and with a reason (``app.services.alliance.visits``).
    VISITOR = "visitor"


class Action(StrEnum):
    """The actions that need a permission."""

    ENTER_MANAGEMENT = "enter_management"
    OPEN_SCHOOL = "open_school"
    MANAGE_SCHOOLS = "manage_schools"
    MANAGE_ALLIANCE_COURSES = "manage_alliance_courses"
    LICENSE_COURSE = "license_course"
    SEE_FIGURES = "see_figures"
    SEE_PEOPLE = "see_people"
    EDIT_PEOPLE = "edit_people"
    REVEAL_PERSONAL_DATA = "reveal_personal_data"
    CHANGE_RIGHTS = "change_rights"
    CHANGE_SETTINGS = "change_settings"
    CHANGE_FIRST_PASSWORDS = "change_first_passwords"
    PRINT_SLIPS = "print_slips"
    IMPORT_ROSTER = "import_roster"
    SEE_CLASSES = "see_classes"
    SET_HEAD_TEACHER = "set_head_teacher"
    MANAGE_CLASSES = "manage_classes"
    DELETE_CLASS = "delete_class"
    SELECT_COURSES = "select_courses"
    SEE_OFFERINGS = "see_offerings"
    SCHEDULE_OFFERING = "schedule_offering"
    PUBLISH_OFFERING = "publish_offering"
    DROP_TERM = "drop_term"
    DECLINE_LICENCE = "decline_licence"
    ASSIGN_STAFF = "assign_staff"
    CREATE_COURSE = "create_course"
    EDIT_COURSE = "edit_course"
    DISCARD_DRAFT = "discard_draft"
    SUBMIT_COURSE = "submit_course"
    REVIEW_COURSE = "review_course"
    RECOMMEND_COURSE = "recommend_course"
    REVIEW_RECOMMENDATION = "review_recommendation"
    MANAGE_REGISTRATIONS = "manage_registrations"
    EXPORT_REGISTRATIONS = "export_registrations"
    ANNOUNCE = "announce"
    SEE_ACTIVITY = "see_activity"
    ENTER_SCHOOL = "enter_school"
    SEE_VISITS = "see_visits"
    END_VISIT = "end_visit"
    REGISTER = "register"
    SEE_AUDIT = "see_audit"
    REVIEW_REQUESTS = "review_requests"
    DELETE_GRADUATES = "delete_graduates"
    SEE_MAILS = "see_mails"


class Reach(StrEnum):
    """The rows of the school on which a role may act."""

    ALL = "all"
    #: The classes that the person heads and the courses that the person runs or assists in
    #: (``app.services.shared.own_classes_and_courses``).
    OWN = "own"


def _all(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.ALL)


_SECRETARIAT = _all(Role.SECRETARY, Role.OPERATOR)
_ADMINISTRATION = _all(Role.ADMINISTRATOR, Role.OPERATOR)
#: Actions that are also open to visitors. No row of the table can open what ``NEVER_BY_VISITORS`` lists.
_WITH_VISITOR = _ADMINISTRATION | _all(Role.VISITOR)
_OWN_TEACHER = {Role.TEACHER: Reach.OWN}

#: The rows on which each role may do an action; a role that is not listed may not do it at all.
#: Administrators use the student side like students (manual, chapter 3).
MAY: dict[Action, Mapping[Role, Reach]] = {
    Action.ENTER_MANAGEMENT: _all(Role.SECRETARY, Role.ADMINISTRATOR, Role.TEACHER, Role.VISITOR),
    Action.OPEN_SCHOOL: _SECRETARIAT,
    Action.MANAGE_SCHOOLS: _SECRETARIAT,
    Action.MANAGE_ALLIANCE_COURSES: _SECRETARIAT,
    Action.LICENSE_COURSE: _SECRETARIAT,
    Action.SEE_FIGURES: _WITH_VISITOR,
    Action.SEE_PEOPLE: _WITH_VISITOR,
    Action.EDIT_PEOPLE: _ADMINISTRATION,
    Action.REVEAL_PERSONAL_DATA: _all(Role.ADMINISTRATOR),
    Action.CHANGE_RIGHTS: _ADMINISTRATION,
    Action.CHANGE_SETTINGS: _WITH_VISITOR,
    Action.CHANGE_FIRST_PASSWORDS: _ADMINISTRATION,
    Action.PRINT_SLIPS: _ADMINISTRATION,
    Action.IMPORT_ROSTER: _ADMINISTRATION | _all(Role.SYSTEM),
    Action.SEE_CLASSES: _WITH_VISITOR | _OWN_TEACHER,
    Action.SET_HEAD_TEACHER: _WITH_VISITOR,
    Action.MANAGE_CLASSES: _WITH_VISITOR,
    Action.DELETE_CLASS: _ADMINISTRATION,
    Action.SELECT_COURSES: _WITH_VISITOR,
    Action.SEE_OFFERINGS: _WITH_VISITOR | _OWN_TEACHER,
    Action.SCHEDULE_OFFERING: _WITH_VISITOR | _OWN_TEACHER,
    Action.PUBLISH_OFFERING: _WITH_VISITOR,
    Action.DROP_TERM: _ADMINISTRATION,
    Action.DECLINE_LICENCE: _ADMINISTRATION,
    Action.ASSIGN_STAFF: _WITH_VISITOR,
    Action.CREATE_COURSE: _ADMINISTRATION | _all(Role.TEACHER),
    Action.EDIT_COURSE: _WITH_VISITOR | _OWN_TEACHER,
    Action.DISCARD_DRAFT: _ADMINISTRATION | _SECRETARIAT | _OWN_TEACHER,
    Action.SUBMIT_COURSE: _ADMINISTRATION | _OWN_TEACHER,
    Action.REVIEW_COURSE: _ADMINISTRATION,
    Action.RECOMMEND_COURSE: _ADMINISTRATION,
    Action.REVIEW_RECOMMENDATION: _SECRETARIAT,
    Action.MANAGE_REGISTRATIONS: _WITH_VISITOR | _OWN_TEACHER,
    Action.EXPORT_REGISTRATIONS: _ADMINISTRATION | _OWN_TEACHER,
    Action.ANNOUNCE: _ADMINISTRATION | _SECRETARIAT,
    Action.SEE_ACTIVITY: _SECRETARIAT,
    Action.ENTER_SCHOOL: _all(Role.SECRETARY),
    Action.SEE_VISITS: _ADMINISTRATION | _SECRETARIAT,
    Action.END_VISIT: _ADMINISTRATION,
    Action.REGISTER: _all(Role.STUDENT, Role.TEACHER, Role.ADMINISTRATOR, Role.OPERATOR),
    Action.SEE_AUDIT: _WITH_VISITOR | _SECRETARIAT | _all(Role.SYSTEM),
    Action.REVIEW_REQUESTS: _ADMINISTRATION,
    Action.DELETE_GRADUATES: _ADMINISTRATION,
    Action.SEE_MAILS: _ADMINISTRATION | _SECRETARIAT,
}

#: Actions that visitors never may do, whatever the table says, because they belong to people of the school.
NEVER_BY_VISITORS = frozenset(
    {
        # Accounts and passwords: a reset shows a password, and the setting for first passwords
        # gives access to every account that nobody has used yet.
        Action.EDIT_PEOPLE,
        Action.CHANGE_RIGHTS,
        Action.CHANGE_FIRST_PASSWORDS,
        Action.PRINT_SLIPS,
        # Personal data: numbers in clear, files of imports, mails and requests, exports of whole lists.
        Action.REVEAL_PERSONAL_DATA,
        Action.IMPORT_ROSTER,
        Action.REVIEW_REQUESTS,
        Action.SEE_MAILS,
        Action.EXPORT_REGISTRATIONS,
        # Deletions: a visit destroys nothing.
        Action.DELETE_CLASS,
        Action.DELETE_GRADUATES,
        Action.DROP_TERM,
        Action.DISCARD_DRAFT,
        # The school's own decisions and announcements, to its people and to the alliance.
        Action.CREATE_COURSE,
        Action.SUBMIT_COURSE,
        Action.REVIEW_COURSE,
        Action.RECOMMEND_COURSE,
        Action.DECLINE_LICENCE,
        Action.ANNOUNCE,
        # Visits themselves.
        Action.SEE_VISITS,
        Action.END_VISIT,
    }
)


def may(role: Role, action: Action) -> bool:
    """Return whether the role may do the action on any row."""
    return reach(role, action) is not None


def reach(role: Role, action: Action) -> Reach | None:
    """Return the rows on which the role may do the action; ``None`` if it may not do it."""
    if role is Role.VISITOR and action in NEVER_BY_VISITORS:
        return None
    return MAY[action].get(role)
