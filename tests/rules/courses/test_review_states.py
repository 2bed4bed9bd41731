"""The states of own courses: the tables of transitions, and that no other transition exists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict
from app.rules.courses.review_states import CourseStatus, Standing, Step, is_possible, standing_after

DRAFT, PENDING = CourseStatus.DRAFT, CourseStatus.PENDING
APPROVED, REJECTED = CourseStatus.APPROVED, CourseStatus.REJECTED
STEPS = st.sampled_from(Step)

#: PRODUCT.md, "States": own course.
ALLOWED = {
    (DRAFT, PENDING),
    (PENDING, APPROVED),
    (PENDING, REJECTED),
    (REJECTED, PENDING),
    (APPROVED, REJECTED),
}
#: A revision of an approved course; None: it has become the live version.
ALLOWED_REVISION = {(DRAFT, PENDING), (PENDING, None), (PENDING, REJECTED), (REJECTED, PENDING)}


@pytest.mark.parametrize(
    ("course", "revision", "step", "then"),
    [
        (DRAFT, DRAFT, Step.SUBMIT, (PENDING, PENDING)),
        (PENDING, PENDING, Step.APPROVE, (APPROVED, None)),
        (PENDING, PENDING, Step.REJECT, (REJECTED, REJECTED)),
        (REJECTED, REJECTED, Step.SUBMIT, (PENDING, PENDING)),
        (APPROVED, DRAFT, Step.SUBMIT, (APPROVED, PENDING)),
        (APPROVED, PENDING, Step.APPROVE, (APPROVED, None)),
        (APPROVED, PENDING, Step.REJECT, (APPROVED, REJECTED)),
        (APPROVED, REJECTED, Step.SUBMIT, (APPROVED, PENDING)),
        (APPROVED, None, Step.TAKE_OFF, (REJECTED, None)),
        (APPROVED, DRAFT, Step.TAKE_OFF, (REJECTED, DRAFT)),
        (APPROVED, PENDING, Step.TAKE_OFF, (REJECTED, REJECTED)),
        (REJECTED, None, Step.SUBMIT, (PENDING, None)),
        (PENDING, None, Step.APPROVE, (APPROVED, None)),
        (PENDING, None, Step.REJECT, (REJECTED, None)),
    ],
)
def test_the_manuals_way(
    course: CourseStatus,
    revision: CourseStatus | None,
    step: Step,
    then: tuple[CourseStatus, CourseStatus | None],
) -> None:
    assert standing_after(Standing(course, revision), step) == Standing(*then)


@given(
    st.sampled_from(CourseStatus),
    st.none() | st.sampled_from((DRAFT, PENDING, REJECTED)),
    STEPS,
)
def test_no_path_outside_the_tables(course: CourseStatus, revision: CourseStatus | None, step: Step) -> None:
    standing = Standing(course, revision)
    try:
        following = standing_after(standing, step)
    except Conflict:
        assert not is_possible(standing, step)
        return
    assert is_possible(standing, step)
    if following.course is standing.course:
        # Only a revision of an approved course moves without the course, which stays live.
        assert course is APPROVED
        assert (revision, following.revision) in ALLOWED_REVISION
    else:
        assert (course, following.course) in ALLOWED


@given(st.lists(STEPS | st.just(None), max_size=30))
def test_whatever_people_click_the_live_version_stays_until_it_is_taken_off(
    clicks: list[Step | None],
) -> None:
    """None is an edit: it begins a revision where nothing waits."""
    standing = Standing(DRAFT, DRAFT)
    for click in clicks:
        before = standing
        if click is None:
            if not standing.waits and standing.revision is None:
                standing = Standing(standing.course, DRAFT)
            continue
        try:
            standing = standing_after(standing, click)
        except Conflict:
            continue
        if before.course is APPROVED and click is not Step.TAKE_OFF:
            assert standing.course is APPROVED
        # What waits is always what was submitted: a working copy never waits beside a course that does not.
        assert standing.revision is not PENDING or standing.course in (PENDING, APPROVED)
        assert standing.revision is not APPROVED
