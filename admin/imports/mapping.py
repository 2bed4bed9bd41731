"""The mapping page of an import: how its file is read, asked once and open to change until 「保存」."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from admin.base import SecureView, attempt
from admin.imports.row_names import row_label
from app.errors import Invalid
from app.rules.shared.whole_numbers import whole_number
from app.services.imports.pages.asked import Asked, asked_of
from app.services.imports.pages.choosing import CONSTANTS, choose, class_names, take
from app.services.imports.pages.columns import WORDS
from app.services.imports.pages.read import StoredImport, get_import
from app.services.imports.shared.source import choices_of
from app.sheets.reading.columns import column_letters
from app.sheets.rosters.choices import SHEET_NAME, Choices
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.i18n import translated

_COLUMN = "column-"
_SHOWN = "shown"
Form = MultiDict[str, str]


class MappingPages(SecureView):
    """Mixin of the imports' view with the mapping page, and the buttons of the preview that read more of the file."""

    @expose(f"/<{ROW}:import_id>/columns")
    def columns(self, import_id: int) -> ResponseReturnValue:
        """Show the mapping page: the open questions, and every column with samples and the field that it is read as."""
        found = get_import(request_context(), import_id=import_id)
        if found.state not in ("mapping", "checked"):
            return redirect(self.get_url(".show", import_id=import_id))
        return self.columns_page(found)

    @expose(f"/<{ROW}:import_id>/columns", methods=("POST",))
    def say_columns(self, import_id: int) -> ResponseReturnValue:
        """Save the mapping page (「确认列对应」); a refusal shows it again with the answers as they were sent."""
        ctx, form = request_context(), request.form
        asked = asked_of(ctx, import_id=import_id)
        choices = read_choices(form, choices_of(get_import(ctx, import_id=import_id).options), asked)
        fields = _read_fields(form, asked)
        # Columns that nobody was asked about and nobody changed are not confirmed by the way.
        known = "columns" not in asked.questions and fields == list(asked.layout.fields)
        seen = whole_number(form.get("seen", ""))
        errors: dict[str, str] = {}
        try:
            attempt(
                lambda unit: choose(
                    unit, import_id=import_id, choices=choices, fields=None if known else fields, seen=seen
                ),
                reraise=Invalid,
            )
        except Invalid as refused:
            errors[refused.field] = translated(refused.message)
        if errors:
            found = get_import(request_context(), import_id=import_id)
            return self.columns_page(found, choices, fields, errors), 422
        return redirect(self.get_url(".show", import_id=import_id), code=303)

    @expose(f"/<{ROW}:import_id>/take", methods=("POST",))
    def take(self, import_id: int) -> ResponseReturnValue:
        """Read what the preview says is left out, and check again."""
        what = request.form.get("what", "")
        rows = [whole_number(part) or 0 for part in request.form.get("rows", "").split(",")]
        value = request.form.get("value", "")
        attempt(lambda ctx: take(ctx, import_id=import_id, what=what, value=value, rows=rows))
        return redirect(self.get_url(".show", import_id=import_id), code=303)

    def columns_page(
        self,
        found: StoredImport,
        chosen: Choices | None = None,
        fields: list[str | None] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> str:
        """Return the page that asks how a file is read, for the first time or again.

        Args:
            chosen: the choices as sent, if the page is shown again.
            fields: the fields of the columns as sent.
            errors: the sentence for each answer that was refused.
        """
        ctx = request_context()
        asked, words = asked_of(ctx, import_id=found.id), WORDS[found.kind]
        choices = chosen or choices_of(found.options)
        layout = asked.layout
        return self.render(
            "manage/imports/columns.html",
            found=found,
            asked=asked,
            layout=layout,
            choices=choices,
            sheet_name=SHEET_NAME,
            errors=errors or {},
            letters=[column_letters(place) for place in range(1, len(layout.header) + 1)],
            fields=fields or layout.fields,
            options=[("", gettext("不导入")), *_field_options(words.labels, words.required)],
            required=[gettext(words.labels[field]) for field in words.required],
            class_names=class_names(ctx) if found.kind == "students" else [],
            header_options=_header_options(asked),
            taken=[row_label(row_no, _read_sheets(asked)) for row_no in sorted(choices.taken_rows)],
        )


def read_choices(form: Form, former: Choices, asked: Asked) -> Choices:
    """Return the choices that a form names; a question that it does not show keeps the former answer."""
    shown = set(form.getlist(_SHOWN))
    choices = former
    if "sheets" in shown:
        choices = replace(choices, sheets=tuple(form.getlist("sheets")))
    if "header_row" in shown:
        row = whole_number(form.get("header_row", ""))
        if row is not None and row != asked.header_row:
            choices = replace(choices, header_row=row)
    if "hidden_rows" in shown:
        answers: dict[str | None, Literal["shown", "all"]] = {"shown": "shown", "all": "all"}
        choices = replace(choices, hidden_rows=answers.get(form.get("hidden_rows")))
    if "class" in shown:
        choices = replace(choices, constants=_read_constants(form))
    if "codes" in shown:
        choices = replace(choices, codes=_read_codes(form, asked))
    if "ditto" in shown:
        choices = replace(choices, fill_ditto=form.get("fill_ditto") == "1")
    if "taken" in shown and form.get("keep_taken") != "1":
        choices = replace(choices, taken_rows=frozenset())
    return choices


def _read_fields(form: Form, asked: Asked) -> list[str | None] | None:
    """Return the field of each column, or None if the form does not show the columns."""
    if not any(name.startswith(_COLUMN) for name in form):
        return None
    return [form.get(f"{_COLUMN}{place}") or None for place in range(len(asked.layout.header))]


def _read_constants(form: Form) -> dict[str, str]:
    constants = {name: form.get(name, "").strip() for name in CONSTANTS}
    if form.get("class_from") == "sheet":
        constants["class_name"] = SHEET_NAME
    return {name: value for name, value in constants.items() if value}


def _read_codes(form: Form, asked: Asked) -> dict[str, dict[str, str]]:
    codes = {
        field: {
            value: form[f"code-{field}-{place}"]
            for place, value in enumerate(values)
            if form.get(f"code-{field}-{place}")
        }
        for field, values in asked.codes.items()
    }
    return {field: meanings for field, meanings in codes.items() if meanings}


def _read_sheets(asked: Asked) -> list[str]:
    return [sheet.name for sheet in asked.sheets if sheet.read]


def _header_options(asked: Asked) -> list[tuple[int, str, str]]:
    """Return the first rows and 「没有表头」, for ``ui.choices``."""
    rows = [
        (row_no, gettext("第 %(row)s 行", row=row_no), " | ".join(text for text in texts if text))
        for row_no, texts in asked.first_rows
    ]
    return [*rows, (0, gettext("没有表头"), gettext("第一行就是人员，各列的含义在下面选择"))]


def _field_options(labels: Mapping[str, str], required: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(field, gettext(label) + (" *" if field in required else "")) for field, label in labels.items()]
