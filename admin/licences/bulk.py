"""课程授权 → 批量: the selection in the matrix, its terms, the preview and the act."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext

from admin.base import SecureView, attempt
from admin.licences.forms import ExtendForm, TermsForm, Ticked, ticked
from admin.shared.listing import sent_number
from app.context import Context
from app.rules.licences.conditions import Terms
from app.services.licences.bulk import (
    Act,
    choose,
    end_licences,
    extend_licences,
    license_courses,
    preview_licences,
)
from app.services.licences.rows import Licensing
from app.web.shared.context import request_context

#: The preview's counts, sent back with the act, in the order of ``Licensing``.
_COUNTS = ("granted", "changed", "unchanged", "renewed")
_FILTERS = ("q", "source", "school_q", "page", "schools_page")


class LicenceActs(SecureView):
    """Mixin of the licences' view with the routes of the bulk acts."""

    @expose("/act/", methods=("GET",))
    def act_again(self) -> ResponseReturnValue:
        """Redirect a request without a selection back to the matrix."""
        return redirect(self.get_url(".index"), code=303)

    @expose("/act/", methods=("POST",))
    def act(self) -> ResponseReturnValue:
        """Show or perform one of three steps: the terms, the preview, the act."""
        ctx = request_context()
        act = Act(name) if (name := request.form.get("act", "")) in set(Act) else Act.LICENSE
        chosen, step = ticked(ctx), request.form.get("step", "")
        if not chosen.refs or not chosen.school_ids:
            flash(gettext("请先在表格中勾选课程和学校"), "warning")
            return redirect(self._matrix(), code=303)
        form, terms = _terms(ctx, act, step)
        if step == "save" and terms is not None and self._done(act, chosen, terms):
            return redirect(self._matrix(done=1), code=303)
        preview = None
        if terms is not None and step != "choose":
            preview = attempt(
                lambda ctx: preview_licences(
                    ctx, act=act, course_refs=chosen.refs, school_ids=chosen.school_ids, terms=terms
                ),
                form,
            )
        found = choose(ctx, course_refs=chosen.refs, school_ids=chosen.school_ids)
        page = self.render(
            "manage/licences/act.html",
            act=act,
            form=form,
            terms=terms if preview else None,
            preview=preview,
            chosen=found,
            fields=chosen.fields,
            filters=_filters(),
            back=self._matrix(),
            counts={name: getattr(preview, name) for name in _COUNTS} if preview else {},
        )
        return page, 422 if step in ("preview", "save") and preview is None else 200

    def _done(self, act: Act, chosen: Ticked, terms: Terms) -> bool:
        """Perform 「授权」, 「延长」 or 「结束授权」 if the preview's numbers still hold."""
        selection = {"course_refs": chosen.refs, "school_ids": chosen.school_ids, "expected": _expected()}
        done = attempt(lambda ctx: _perform(ctx, act, terms, selection))
        if done is None:
            return False
        sentences = {
            Act.LICENSE: gettext(
                "新授权 %(granted)s 项，更新 %(changed)s 项，%(unchanged)s 项没有变化",
                granted=done.granted,
                changed=done.changed,
                unchanged=done.unchanged,
            ),
            Act.EXTEND: gettext("已修改 %(n)s 项授权的截止日期", n=done.changed),
            Act.END: gettext("已结束 %(n)s 项授权，这些学校的学生不再看到课程", n=done.changed),
        }
        flash(sentences[act], "success")
        return True

    def _matrix(self, **more: Any) -> str:
        return self.get_url(".index", **_filters(), **more)


def _perform(ctx: Context, act: Act, terms: Terms, selection: dict[str, Any]) -> Licensing:
    if act is Act.LICENSE:
        return license_courses(ctx, terms=terms, **selection)
    if act is Act.EXTEND:
        return extend_licences(ctx, ends_on=terms.ends_on, **selection)
    return end_licences(ctx, **selection)


def _terms(ctx: Context, act: Act, step: str) -> tuple[TermsForm | ExtendForm | None, Terms | None]:
    """Return the form of the act and its terms; the terms are ``None`` while they are missing or wrong."""
    if act is Act.END:
        return None, Terms()
    if act is Act.EXTEND:
        form = ExtendForm()
        return form, Terms(ends_on=form.ends_on.data) if step and form.validate_on_submit() else None
    licence = TermsForm()
    licence.offer_terms(ctx.today())
    return licence, licence.terms() if step and licence.accepts(ctx.today()) else None


def _expected() -> Licensing | None:
    sent = [sent_number(name) for name in _COUNTS]
    counts = [count for count in sent if count is not None]
    return Licensing(*counts) if len(counts) == len(_COUNTS) else None


def _filters() -> dict[str, str]:
    return {name: value[:64] for name in _FILTERS if (value := request.form.get(name, ""))}
