"""Students by what they do with their accounts: never logged in, in use, disabled."""

from __future__ import annotations

from collections.abc import Callable

from app.context import Context
from app.rules.permissions import Role
from app.services.classes.lists import get_class
from app.services.classes.students import list_class_students
from app.services.shared.activation import Activation
from tenants.registry import SchoolInfo
from tests.support.teaching import Teaching

MakeTeaching = Callable[..., Teaching]
MakeCtx = Callable[..., Context]


def test_a_class_counts_its_students_by_what_they_do_with_their_accounts(
    make_ctx: MakeCtx, school: SchoolInfo, make_teaching: MakeTeaching
) -> None:
    mine = make_teaching(school, "甲")
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    row = get_class(ctx, class_id=mine.class_id)
    assert (row.students, row.never, row.disabled) == (3, 1, 1)
    by_state = {
        state: [one.id for one in list_class_students(ctx, class_id=mine.class_id, activation=state).rows]
        for state in Activation
    }
    assert by_state == {
        Activation.NEVER: [mine.fresh.id],
        Activation.ACTIVE: [mine.settled.id],
        Activation.DISABLED: [mine.shut.id],
    }
