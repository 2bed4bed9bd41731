"""The view of a file on the mapping page: its columns, rows and sheets, and the questions that are open.

It is stored sealed with the import, because it contains cells of the file.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from app.context import Context
from app.errors import NotFound, msg
from app.models import RosterImport
from app.services.imports.pages.read import get_import
from app.services.imports.pages.samples import masked
from app.sheets.rosters.findings import Question, SheetInfo
from app.sheets.rosters.mapping import Fields, Layout, Reading

#: The purpose under which samples of a file's columns are sealed; they contain phone and ID numbers.
LAYOUT_KIND = "roster_import_columns"
#: The keys in the options of an import: what its mapping page shows, the fields that a person confirmed for this
#: file.
COLUMNS_KEY = "columns"
CONFIRMED_KEY = "confirmed"


@dataclass(frozen=True, slots=True)
class Asked:
    """A file as far as it was read, for a person to say how to go on.

    Args:
        layout: the columns with samples.
        questions: what has to be decided before the rows are read.
        sheets: the sheets with content.
        header_row: the row that is taken for the header; 0 when there is none.
        first_rows: the first rows with their numbers, to point at the header.
        codes: coded values that were found, by field.
        hidden: the number of hidden rows with content.
        visible: the number of the other rows.
    """

    layout: Layout
    questions: tuple[Question, ...] = ()
    sheets: tuple[SheetInfo, ...] = ()
    header_row: int = 1
    first_rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hidden: int = 0
    visible: int = 0

    @classmethod
    def of(cls, reading: Reading) -> Asked:
        """Return what a reading leaves to a person."""
        return cls(
            layout=reading.layout,
            questions=reading.questions,
            sheets=reading.sheets,
            header_row=reading.header_row,
            first_rows=reading.first_rows,
            codes=reading.codes,
            hidden=reading.hidden,
            visible=reading.visible,
        )

    def masked(self) -> Asked:
        """Return the same with personal values masked, also those in a header that is really a person."""
        layout = self.layout
        header = tuple(masked(text, None) for text in layout.header)
        samples = tuple(
            tuple(masked(text, name) for text in texts)
            for texts, name in zip(layout.samples, layout.fields, strict=True)
        )
        # The header is among the first rows: words are no values.
        rows = tuple(
            (
                row_no,
                tuple(
                    masked(text, name if sum(map(str.isdigit, text)) > 3 else None)
                    for text, name in zip(texts, [*layout.fields, *([None] * len(texts))], strict=False)
                ),
            )
            for row_no, texts in self.first_rows
        )
        return replace(self, layout=Layout(header, layout.fields, samples), first_rows=rows)


def asked_of(ctx: Context, *, import_id: int) -> Asked:
    """Return what the mapping page of an import shows, personal values masked.

    Raises:
        NotFound: no such import here, or its file has not been read that far.
        NotAllowed: the actor may not import.
    """
    return stored_asked(ctx, get_import(ctx, import_id=import_id)).masked()


def layout_of(ctx: Context, *, import_id: int) -> Layout:
    """Return the columns of an import's file with samples, and the field that each is read as or proposed for.

    Raises:
        NotFound: no such import here, or its file has not been read that far.
        NotAllowed: the actor may not import.
    """
    return asked_of(ctx, import_id=import_id).layout


def with_asked(ctx: Context, options: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """Return the options of an import with what its mapping page shows, sealed."""
    return {**options, COLUMNS_KEY: _seal(ctx, asdict(asked))}


def stored_asked(ctx: Context, found: RosterImport) -> Asked:
    """Return what the mapping page of an import shows, as the file has it.

    Raises:
        NotFound: the file has not been read that far.
    """
    sealed = found.options.get(COLUMNS_KEY)
    if not sealed:
        raise NotFound(msg("没有找到这次导入"))
    data = _open(ctx, sealed)
    # Imports of the previous version hold the layout alone.
    columns = data.pop("layout", None) or data
    layout = Layout(tuple(columns["header"]), tuple(columns["fields"]), tuple(map(tuple, columns["samples"])))
    if columns is data:
        return Asked(layout, ("columns",))
    return Asked(
        **{
            **data,
            "layout": layout,
            "questions": tuple(data["questions"]),
            "sheets": tuple(SheetInfo(**sheet) for sheet in data["sheets"]),
            "first_rows": tuple((row_no, tuple(texts)) for row_no, texts in data["first_rows"]),
            "codes": {name: tuple(values) for name, values in data["codes"].items()},
        }
    )


def with_confirmed(
    ctx: Context, options: Mapping[str, Any], layout: Layout, fields: Fields
) -> dict[str, Any]:
    """Return the options of an import with the fields that a person confirmed for the columns of its file, sealed."""
    data = {"print": layout.fingerprint, "fields": fields, "by": ctx.actor.name}
    return {**options, CONFIRMED_KEY: _seal(ctx, data)}


def confirmed_in(ctx: Context, options: Mapping[str, Any]) -> dict[str, tuple[Fields, str]]:
    """Return the fields that a person confirmed for this very file, by the fingerprint of its header."""
    sealed = options.get(CONFIRMED_KEY)
    if not sealed:
        return {}
    data = _open(ctx, sealed)
    return {data["print"]: (tuple(data["fields"]), data["by"])}


def _seal(ctx: Context, data: Mapping[str, Any]) -> str:
    content = json.dumps(data, ensure_ascii=False).encode()
    return b64encode(ctx.vault.seal_blob(ctx.school.id, LAYOUT_KIND, content)).decode()


def _open(ctx: Context, sealed: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(ctx.vault.open_blob(ctx.school.id, LAYOUT_KIND, b64decode(sealed)))
    return data
