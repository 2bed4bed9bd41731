"""Download of the original file of an import."""

from __future__ import annotations

from app.context import Context
from app.errors import NotFound, msg
from app.services.imports.pages.read import get_import
from app.services.imports.pages.upload import FILE_KIND
from app.services.shared.audit import record


def original_file(ctx: Context, *, import_id: int) -> tuple[str, bytes]:
    """Return the file of an import as it was sent; the download is written to the audit log.

    Returns:
        its name and content.

    Raises:
        NotFound: no such import here, or its file was not kept: a refused or discarded one is removed.
        NotAllowed: the actor may not import.
    """
    found = get_import(ctx, import_id=import_id)
    if found.content is None:
        raise NotFound(msg("这次导入没有保留文件"))
    record(ctx, "roster_import.file_downloaded", "roster_import", found.id, {"filename": found.filename})
    return found.filename, ctx.vault.open_blob(ctx.school.id, FILE_KIND, found.content)
