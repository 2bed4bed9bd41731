"""The forms of licences and the parameters of their addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from flask_babel import lazy_gettext
from wtforms import BooleanField, DateField, IntegerField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from admin.base import ManageForm
from admin.shared.listing import ticked_ids
from app.context import Context
from app.rules.licences.conditions import Terms, terms_problems
from app.rules.offerings.semesters import is_term, term_label, terms_around
from app.rules.shared.whole_numbers import whole_number
from app.services.licences.lists import LicensableFilter, all_licensable, all_schools
from app.services.licences.rows import CourseRef
from app.web.shared.i18n import translated
from app.web.shared.listing import MAX_TEXT

SOURCES = ("alliance", "school")


class TermsForm(ManageForm):
    """The terms of a licence: first and last day, seats, school term, and freedom of the school."""

    starts_on = DateField(
        lazy_gettext("授权开始日期"), [Optional()], description=lazy_gettext("不填则立即生效")
    )
    ends_on = DateField(
        lazy_gettext("授权截止日期"), [Optional()], description=lazy_gettext("当天仍有效；不填则长期有效")
    )
    seats = IntegerField(
        lazy_gettext("名额"),
        [Optional()],
        description=lazy_gettext("每所学校每学期最多可注册的人数；不填则不限"),
    )
    term = SelectField(lazy_gettext("学期"), coerce=str, validate_choice=False)
    local_assessment = BooleanField(
        lazy_gettext("允许本校设置评价"),
        description=lazy_gettext("学校可以用自己的评价设置；不勾选则沿用课程的评价设置"),
    )

    def offer_terms(self, today: date) -> None:
        """Fill in the choices of 学期."""
        codes = terms_around(today)
        held = self.term.data
        if held and held not in codes and is_term(held):
            codes.append(held)
        self.term.choices = [
            SelectChoice("", lazy_gettext("授权时的学期")),
            *(SelectChoice(code, translated(term_label(code))) for code in codes),
        ]

    def terms(self) -> Terms:
        """Return the entered terms."""
        return Terms(
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            seats=self.seats.data,
            term=self.term.data or None,
            local_assessment=bool(self.local_assessment.data),
        )

    def accepts(self, today: date) -> bool:
        """Return whether the form was sent and is valid; mark every field that is not."""
        if not self.validate_on_submit():
            return False
        problems = terms_problems(self.terms(), today)
        for field, message in problems.items():
            self[field].errors = [*self[field].errors, translated(message)]
        return not problems


class ExtendForm(ManageForm):
    """The form that sets another last day."""

    ends_on = DateField(
        lazy_gettext("授权截止日期"), [Optional()], description=lazy_gettext("当天仍有效；不填则长期有效")
    )


@dataclass(frozen=True, slots=True)
class Ticked:
    """The selection in the matrix: ticked courses and schools, or all that match the filters."""

    refs: tuple[CourseRef, ...]
    school_ids: tuple[int, ...]

    @property
    def fields(self) -> list[tuple[str, Any]]:
        """Return the selection as hidden fields of the next form."""
        return [("course", course_key(ref)) for ref in self.refs] + [
            ("school", school_id) for school_id in self.school_ids
        ]


def ticked(ctx: Context) -> Ticked:
    """Return the selection that a form sent."""
    form = request.form
    if form.get("all_courses"):
        wanted = LicensableFilter(text=form.get("q", "")[:MAX_TEXT], source=_source(form.get("source", "")))
        refs: Iterable[CourseRef] = (course.ref for course in all_licensable(ctx, wanted))
    else:
        refs = (ref for text in form.getlist("course") if (ref := course_ref(text)) is not None)
    if form.get("all_schools"):
        ids: Iterable[int] = (school.id for school in all_schools(ctx, form.get("school_q", "")[:MAX_TEXT]))
    else:
        ids = ticked_ids("school")
    return Ticked(tuple(dict.fromkeys(refs)), tuple(dict.fromkeys(ids)))


def course_key(ref: CourseRef) -> str:
    """Return a course as the value of a tick: ``owner-course``."""
    return f"{ref.owner_id}-{ref.course_id}"


def course_ref(text: str) -> CourseRef | None:
    """Return the course of a ``course_key``; ``None`` for any other text."""
    owner, _, course = text.partition("-")
    owner_id, course_id = whole_number(owner), whole_number(course)
    return CourseRef(owner_id, course_id) if owner_id is not None and course_id is not None else None


def _source(text: str) -> str:
    return text if text in SOURCES else ""
