"""The rows of a file that are not read, for a person to look at and to take in."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select

from app.context import Context
from app.errors import Message
from app.models import RosterImportRow
from app.services.imports.pages.asked import COLUMNS_KEY, stored_asked
from app.services.imports.pages.read import get_import, problems_of
from app.services.imports.pages.samples import masked_row
from app.services.imports.shared.staging import ROW_KIND
from app.services.shared.paging import LONG_PAGE_SIZE, Page, as_it_is, fetch_page


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """A row that is not read.

    Args:
        row_no: the row in the person's file.
        texts: its cells with content, personal values masked.
        reason: why it is left out.
    """

    row_no: int
    texts: tuple[str, ...]
    reason: Message | None


def left_out_rows(ctx: Context, *, import_id: int, page: int = 1) -> Page[LeftOutRow]:
    """Return one page of the rows that are not read, in the order of the file.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
    """
    found = get_import(ctx, import_id=import_id)
    fields = stored_asked(ctx, found).layout.fields if found.options.get(COLUMNS_KEY) else ()
    conditions = (RosterImportRow.import_id == import_id, RosterImportRow.action == "left_out")
    statement = select(RosterImportRow).where(*conditions).order_by(RosterImportRow.row_no)
    shown = fetch_page(ctx.session, statement, as_it_is, page=page, size=LONG_PAGE_SIZE)
    return shown.with_rows(_row(ctx, row, fields) for row in shown.rows)


def _row(ctx: Context, row: RosterImportRow, fields: tuple[str | None, ...]) -> LeftOutRow:
    raw: list[str] = json.loads(ctx.vault.open_blob(ctx.school.id, ROW_KIND, row.raw))
    texts = tuple(text for text in masked_row(raw, fields) if text.strip())
    return LeftOutRow(row.row_no, texts, next((problem.message for problem in problems_of(row)), None))
