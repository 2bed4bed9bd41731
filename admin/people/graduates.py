"""系统管理 → 毕业生数据清理: choose a cohort, see what will be deleted, enter the year, delete."""

from __future__ import annotations

from collections.abc import Iterable

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext

from admin.base import PEOPLE, SecureView, attempt
from admin.shared.listing import ListAddress, list_values, sent_number
from app.rules.permissions import Action
from app.services.people.graduates import delete_graduates, list_cohorts, preview_graduates
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument


class Graduates(SecureView):
    """The list of cohorts, the preview of one, and its deletion."""

    action = Action.DELETE_GRADUATES
    hosts = "school"

    @expose("/")
    def index(self) -> str:
        """Show the cohorts that have graduated."""
        return self.render("manage/people/graduates/list.html", cohorts=list_cohorts(request_context()))

    @expose(f"/<{ROW}:entry_year>/<{ROW}:study_years>/")
    def preview(self, entry_year: int, study_years: int) -> str:
        """Show the accounts and data that would be deleted."""
        holdings, people = preview_graduates(
            request_context(), entry_year=entry_year, study_years=study_years, page=page_argument()
        )
        return self.render(
            "manage/people/graduates/preview.html",
            **list_values(
                people,
                ListAddress("graduates.preview", kept={"entry_year": entry_year, "study_years": study_years}),
            ),
            holdings=holdings,
            entry_year=entry_year,
            study_years=study_years,
        )

    @expose(f"/<{ROW}:entry_year>/<{ROW}:study_years>/delete", methods=("POST",))
    def delete(self, entry_year: int, study_years: int) -> ResponseReturnValue:
        """Delete the cohort after its year has been entered."""
        shown = sent_number("students")
        if shown is None:
            abort(404)
        deleted = attempt(
            lambda ctx: delete_graduates(
                ctx,
                entry_year=entry_year,
                study_years=study_years,
                students=shown,
                typed_year=request.form.get("typed_year", ""),
            )
        )
        if deleted is None:
            again = self.get_url(".preview", entry_year=entry_year, study_years=study_years)
            return redirect(again, code=303)
        flash(gettext("已删除 %(n)s 名毕业生的数据", n=deleted.students), "success")
        return redirect(self.get_url(".index"), code=303)


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Graduates(
            lazy_gettext("毕业生数据清理"),
            category=PEOPLE,
            endpoint="graduates",
            url="graduates",
            menu_icon_value="trash",
        )
    ]
