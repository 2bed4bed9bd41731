"""The choices of an import before 保存: how its file is read, and the rule by which people are updated."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext

from admin.base import attempt
from admin.imports.mapping import MappingPages
from app.context import Context
from app.rules.shared.whole_numbers import whole_number
from app.services.imports.pages.read import StoredImport, find_import, get_import, summary_of
from app.services.imports.pages.update_rules import UpdateRule, change_rule, read_rule
from app.services.imports.pages.upload import confirm_import
from app.services.imports.shared.summary import PlannedClass, Summary
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW

_CLASS = "class-"


class ImportChoices(MappingPages):
    """Mixin of the imports' view with the routes of these choices."""

    @expose(f"/<{ROW}:import_id>/rule", methods=("POST",))
    def rule(self, import_id: int) -> ResponseReturnValue:
        """Show the preview under another update rule; answers about classes stay as they are."""
        found = get_import(request_context(), import_id=import_id)
        same = same_classes(summary_of(found), request.form)
        attempt(lambda ctx: change_rule(ctx, import_id=import_id, rule=_wanted(found), same_classes=same))
        return redirect(self.get_url(".show", import_id=import_id), code=303)

    def confirm_or_count(self, ctx: Context, import_id: int) -> StoredImport:
        """Confirm the import (「保存」), or show new numbers if the form names another rule than the preview."""
        found = find_import(ctx, import_id)
        same = same_classes(summary_of(found), request.form)
        wanted = _wanted(found)
        if found.state == "checked" and wanted != UpdateRule.of(found.options):
            flash(gettext("更新方式已改变，请核对下面的数量后再保存"), "info")
            return change_rule(ctx, import_id=found.id, rule=wanted, same_classes=same)
        return confirm_import(ctx, import_id=found.id, same_classes=same)


def same_classes(summary: Summary, form: Mapping[str, str]) -> dict[int, int]:
    """Return the answers to "same class or new?" for every planned class; the question is asked once per name."""
    answers: dict[int, int] = {}
    for planned in summary.classes:
        answer = whole_number(form.get(f"{_CLASS}{first_of_name(summary, planned).id}", ""))
        if answer is not None:
            answers[planned.id] = answer
    return answers


def first_of_name(summary: Summary, planned: PlannedClass) -> PlannedClass:
    """Return the planned class at which the question about a name is asked."""
    return next(
        (candidate for candidate in summary.classes if candidate.name == planned.name and candidate.rows),
        planned,
    )


def questions(summary: Summary) -> list[tuple[PlannedClass, list[PlannedClass]]]:
    """Return the planned classes whose name exists in another year. Each name occurs once, with all its classes."""
    asked = [planned for planned in summary.classes if planned.others and planned.rows]
    return [
        (planned, [other for other in asked if other.name == planned.name])
        for planned in asked
        if first_of_name(summary, planned) is planned
    ]


def _wanted(found: StoredImport) -> UpdateRule:
    """Return the form's rule, or the preview's rule if the form has none."""
    if "update" not in request.form:
        return UpdateRule.of(found.options)
    return read_rule(request.form["update"], overwrite_edited=request.form.get("overwrite_edited") == "1")
