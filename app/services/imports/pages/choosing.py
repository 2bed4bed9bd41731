"""Choices of a person about how an import's file is read: sheets, header, hidden rows, class, codes, columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, msg
from app.models import RosterImport, RosterImportRow, SchoolClass
from app.rules.permissions import Action
from app.rules.shared.cells import Unreadable
from app.rules.shared.gender_and_years import read_entry_year
from app.services.imports.pages.asked import (
    CONFIRMED_KEY,
    Asked,
    stored_asked,
    with_confirmed,
)
from app.services.imports.pages.columns import WORDS, check_fields, remember_columns
from app.services.imports.pages.read import find_import
from app.services.imports.pages.upload import check_again
from app.services.imports.shared.left_out import REASONS
from app.services.imports.shared.source import CHOICES_KEY, choices_of
from app.services.shared.audit import record
from app.services.shared.require_permission import require
from app.sheets.rosters.choices import SHEET_NAME, Choices

#: The fields that may have one value for all rows.
CONSTANTS = ("class_name", "entry_year", "major")
_GENDERS = ("男", "女")
_LONGEST_CONSTANT = 100
_MOST_CLASSES = 1_000

Fields = Sequence[str | None]


def choose(
    ctx: Context,
    *,
    import_id: int,
    choices: Choices,
    fields: Fields | None = None,
    seen: int | None = None,
) -> RosterImport:
    """Set how the file is read, and have it checked again.

    Fields are remembered for the next file with this header. They belong to the header that was shown: when another
    header row or other sheets are chosen at the same time, the columns are asked about anew.

    Args:
        choices: all choices; they replace the former ones.
        fields: the field of every column of the layout, None for a column that is not read; without the argument the
            fields stay as they are.
        seen: the ``epoch`` of the import that the person saw.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
        Conflict: the import is being worked on, or over, or somebody else has changed it meanwhile.
        Invalid: a choice that is not offered, or an open question without an answer.
    """
    found = find_import(ctx, import_id)
    if found.state not in ("mapping", "checked") or (seen is not None and found.epoch != seen):
        raise Conflict(msg("这次导入的状态已经改变，请刷新页面"))
    asked = stored_asked(ctx, found)
    former = choices_of(found.options)
    elsewhere = _reads_elsewhere(asked, former, choices)
    _check(
        ctx,
        asked,
        choices,
        answered=found.state == "mapping" and not elsewhere,
        named="class_name" in (fields or ()),
    )
    options: dict[str, Any] = {}
    if _sheets_of(asked, choices) != _sheets_of(asked, former):
        # Rows are numbered by the sheets that are read, so answers about rows do not hold any more.
        choices = replace(choices, taken_rows=frozenset())
        options["same_people"] = {}
    if fields is not None and not elsewhere:
        fields = tuple(fields)
        check_fields(WORDS[found.kind], asked.layout, fields, choices)
        remember_columns(ctx, found, asked, fields)
        options |= with_confirmed(ctx, {}, asked.layout, fields)
    elif elsewhere:
        options[CONFIRMED_KEY] = ""
    options[CHOICES_KEY] = choices.as_json()
    record(ctx, "roster_import.choices_made", "roster_import", found.id, _for_audit(choices))
    check_again(ctx, found, options)
    return found


def confirm_columns(ctx: Context, *, import_id: int, fields: Fields) -> RosterImport:
    """Set the meaning of each column, remember it for the next file with this header, and have the file checked.

    Args:
        fields: the field of every column of the layout; None for a column that is not read.

    Raises:
        NotFound, NotAllowed, Conflict, Invalid: as ``choose``.
    """
    return choose(
        ctx, import_id=import_id, choices=choices_of(find_import(ctx, import_id).options), fields=fields
    )


def take(
    ctx: Context,
    *,
    import_id: int,
    what: str,
    value: str = "",
    rows: Collection[int] = (),
) -> RosterImport:
    """Read what the preview says is left out, and have the file checked again.

    Args:
        what: ``sheet``, ``rows``, ``hidden_rows``, ``ditto`` (同上 as the value above), or ``reason`` (all rows
            that are left out for it).
        value: the name of the sheet, or the reason.
        rows: the numbers of the rows.

    Raises:
        NotFound, NotAllowed, Conflict: as ``choose``.
        Invalid: there is no such sheet, or a row has not been left out.
    """
    found = find_import(ctx, import_id)
    choices = choices_of(found.options)
    if what == "sheet":
        asked = stored_asked(ctx, found)
        choices = replace(choices, sheets=(*_sheets_of(asked, choices), value))
    elif what == "hidden_rows" or (what == "reason" and value == "hidden"):
        choices = replace(choices, hidden_rows="all")
    elif what == "ditto":
        choices = replace(choices, fill_ditto=True)
    elif what in ("rows", "reason"):
        left_out = _left_out(ctx, import_id, value if what == "reason" else "")
        wanted = left_out if what == "reason" else frozenset(rows)
        if not wanted or not wanted <= left_out:
            raise Invalid("rows", msg("所选的行不在没有导入的行里，请刷新页面"))
        choices = replace(choices, taken_rows=choices.taken_rows | wanted)
    else:
        raise Invalid("what", msg("所选的内容不在可选范围内，请重新选择"))
    return choose(ctx, import_id=import_id, choices=choices)


def class_names(ctx: Context) -> list[str]:
    """Return the names of the school's classes, to choose from; the first ones of very many.

    Raises:
        NotAllowed: the actor may not import.
    """
    require(ctx, Action.IMPORT_ROSTER)
    statement = select(SchoolClass.name).distinct().order_by(SchoolClass.name).limit(_MOST_CLASSES)
    return list(ctx.session.scalars(statement))


def _reads_elsewhere(asked: Asked, former: Choices, choices: Choices) -> bool:
    """Return whether the choices lead to another header than the one whose columns were shown."""
    header = choices.header_row is not None and choices.header_row != asked.header_row
    return header or _sheets_of(asked, choices)[:1] != _sheets_of(asked, former)[:1]


def _sheets_of(asked: Asked, choices: Choices) -> tuple[str, ...]:
    """Return the sheets that are read under some choices, in the order of the file."""
    wanted = choices.sheets or tuple(sheet.name for sheet in asked.sheets if sheet.read)
    return tuple(sheet.name for sheet in asked.sheets if sheet.name in wanted)


def _left_out(ctx: Context, import_id: int, reason: str) -> frozenset[int]:
    conditions = [RosterImportRow.import_id == import_id, RosterImportRow.action == "left_out"]
    if reason:
        text = REASONS[reason].text if reason in REASONS else ""
        conditions.append(RosterImportRow.problems[0]["message"]["text"].astext == text)
    return frozenset(ctx.session.scalars(select(RosterImportRow.row_no).where(*conditions)))


def _check(ctx: Context, asked: Asked, choices: Choices, *, answered: bool, named: bool) -> None:
    """Check that the choices are offered.

    Args:
        answered: whether every open question must have an answer by now.
        named: whether a column is named as the class.
    """
    names = {sheet.name for sheet in asked.sheets}
    if not set(choices.sheets) <= names:
        raise Invalid("sheets", msg("所选的工作表不在文件里，请重新选择"))
    if choices.header_row is not None and not choices.header_row >= 0:
        raise Invalid("header_row", msg("请选择表头所在的行"))
    if choices.hidden_rows not in (None, "shown", "all"):
        raise Invalid("hidden_rows", msg("请选择是否导入隐藏的行"))
    _check_constants(ctx, choices.constants)
    _check_codes(choices.codes)
    if not answered:
        return
    open_questions = asked.questions
    if "sheets" in open_questions and not choices.sheets:
        raise Invalid("sheets", msg("请选择要读取的工作表"))
    if "hidden_rows" in open_questions and choices.hidden_rows is None:
        raise Invalid("hidden_rows", msg("请选择是否导入隐藏的行"))
    if "class" in open_questions and not named and not choices.constants.get("class_name"):
        raise Invalid("class_name", msg("请填写这份名单是哪个班级"))
    if "codes" in open_questions:
        for name, values in asked.codes.items():
            if any(value not in choices.codes.get(name, {}) for value in values):
                raise Invalid(f"codes-{name}", msg("请选择每个代码的含义"))


def _check_constants(ctx: Context, constants: Mapping[str, str]) -> None:
    for name, value in constants.items():
        if name not in CONSTANTS:
            raise Invalid(name, msg("所选的内容不在可选范围内，请重新选择"))
        if not value.strip() or len(value) > _LONGEST_CONSTANT:
            raise Invalid(name, msg("请填写 1 到 %(n)s 个字", n=_LONGEST_CONSTANT))
        if name != "class_name" and value == SHEET_NAME:
            raise Invalid(name, msg("所选的内容不在可选范围内，请重新选择"))
    if year := constants.get("entry_year"):
        try:
            read_entry_year(year, ctx.today())
        except Unreadable as unreadable:
            raise Invalid("entry_year", unreadable.message) from None


def _check_codes(codes: Mapping[str, Mapping[str, str]]) -> None:
    for name, meanings in codes.items():
        if name != "gender" or not set(meanings.values()) <= set(_GENDERS):
            raise Invalid(f"codes-{name}", msg("请选择每个代码的含义"))


def _for_audit(choices: Choices) -> dict[str, Any]:
    """Return the choices without texts of the file."""
    return {
        "sheets": len(choices.sheets),
        "header_row": choices.header_row,
        "hidden_rows": choices.hidden_rows,
        "taken_rows": len(choices.taken_rows),
        "constants": sorted(choices.constants),
        "codes": sorted(choices.codes),
        "fill_ditto": choices.fill_ditto,
    }
