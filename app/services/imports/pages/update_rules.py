"""The update rule of an import, chosen in the preview: what it does to existing people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.context import Context
from app.errors import Conflict, Invalid, msg
from app.models import RosterImport
from app.services.imports.pages.read import find_import
from app.services.imports.shared import sql
from app.services.imports.shared.summary import Counts, Summary
from app.services.shared.audit import record

#: 更新所有不同的内容, 只补充空白, 只新建.
Which = Literal["all", "blank", "create"]
CHOICES: tuple[Which, ...] = ("all", "blank", "create")


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """How far an import changes existing people.

    Args:
        which: everything that differs, only what the account leaves empty, or nothing.
        overwrite_edited: also what was changed by hand since an import wrote it.
    """

    which: Which = "all"
    overwrite_edited: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> UpdateRule:
        """Return the rule that is stored in ``RosterImport.options``."""
        return cls(options.get("update", "all"), bool(options.get("overwrite_edited")))

    def as_options(self) -> dict[str, Any]:
        """Return the rule as it is stored in ``RosterImport.options``."""
        return {"update": self.which, "overwrite_edited": self.overwrite_edited}


def read_rule(which: str, *, overwrite_edited: bool) -> UpdateRule:
    """Return the rule that a form names.

    Raises:
        Invalid: there is no such rule.
    """
    if which not in CHOICES:
        raise Invalid("update", msg("请选择更新方式"))
    return UpdateRule(which, overwrite_edited)


def change_rule(
    ctx: Context, *, import_id: int, rule: UpdateRule, same_classes: Mapping[int, int] | None = None
) -> RosterImport:
    """Preview the import under another rule; the staged rows are split anew, the file is not read again.

    Args:
        same_classes: what the person has answered so far about classes of other years, to be shown again.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
        Conflict: it has not been checked, or is over.
    """
    found = find_import(ctx, import_id)
    if found.state != "checked":
        raise Conflict(msg("这次导入的状态已经改变，请刷新页面"))
    summary = Summary.from_json(found.summary)
    if rule != UpdateRule.of(found.options):
        summary = _split(ctx, import_id, rule, summary)
        record(ctx, "roster_import.rule_changed", "roster_import", import_id, rule.as_options())
    answers = {str(planned): present for planned, present in (same_classes or {}).items()}
    found.options = {**found.options, **rule.as_options(), "same_classes": answers}
    found.summary = summary.as_json()
    ctx.session.flush()
    return found


def apply_rule(ctx: Context, import_id: int, rule: UpdateRule, summary: Summary) -> Summary:
    """Split freshly staged rows by the rule; they are staged as if every difference were to be written."""
    if rule == UpdateRule() and not sql.has_edited(ctx, import_id):
        return summary
    return _split(ctx, import_id, rule, summary)


def _split(ctx: Context, import_id: int, rule: UpdateRule, summary: Summary) -> Summary:
    sql.join_sets(ctx)
    sql.split_differences(ctx, import_id, which=rule.which, overwrite=rule.overwrite_edited)
    counted = sql.count_rows(ctx, import_id)
    rows = sql.count_classes(ctx, import_id, [planned.id for planned in summary.classes])
    return replace(
        summary,
        counts=Counts(**{action: number for action, number, _, _ in counted}),
        held=sum(held for _, _, held, _ in counted),
        edited=sum(edited for _, _, _, edited in counted),
        classes=tuple(replace(planned, rows=rows.get(planned.id, 0)) for planned in summary.classes),
    )
