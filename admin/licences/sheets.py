"""课程授权 → 表格导入: upload, preview, 「保存」."""

from __future__ import annotations

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext

from admin.base import SecureView, attempt
from admin.shared.listing import ListAddress, choice, list_values
from app.services.licences.sheet_import import (
    PARTS,
    apply_licence_import,
    discard_licence_import,
    list_licence_imports,
    show_licence_import,
    start_licence_import,
)
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.refusals import SheetRefused
from app.uow import unit_of_work
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.i18n import translated
from app.web.shared.listing import page_argument


class LicenceSheets(SecureView):
    """Mixin of the licences' view with the routes of sheets."""

    @expose("/sheets/", methods=("GET", "POST"))
    def sheets(self) -> ResponseReturnValue:
        """Show the form and receive a sheet (「上传」), with the earlier sheets below."""
        error = None
        if request.method == "POST":
            sent = request.files.get("file")
            content = sent.stream.read(LIMITS.file_bytes + 1) if sent is not None else b""
            if sent is None or not sent.filename:
                error = gettext("请先选择填写好的表格文件")
            else:
                try:
                    with unit_of_work(request_context()) as ctx:
                        found = start_licence_import(ctx, filename=sent.filename, content=content)
                    return redirect(self.get_url(".sheet", sheet_id=found.id), code=303)
                except SheetRefused as refusal:
                    error = translated(refusal.message)
        history = list_licence_imports(request_context(), page=page_argument())
        page = self.render(
            "manage/licences/sheets.html",
            **list_values(history, ListAddress("licences.sheets")),
            error=error,
            limit_mib=LIMITS.file_bytes // 2**20,
            limit_rows=LIMITS.data_rows,
        )
        return page, 422 if error else 200

    @expose(f"/sheets/<{ROW}:sheet_id>/")
    def sheet(self, sheet_id: int) -> str:
        """Show the preview of a sheet, or its result."""
        ctx = request_context()
        shown = show_licence_import(ctx, import_id=sheet_id, part=choice("part", PARTS), page=page_argument())
        return self.render(
            "manage/licences/sheet.html",
            found=shown.found,
            rows=shown.rows,
            address=ListAddress("licences.sheet", kept={"sheet_id": sheet_id, "part": shown.part}),
            part=shown.part,
        )

    @expose(f"/sheets/<{ROW}:sheet_id>/save", methods=("POST",))
    def save_sheet(self, sheet_id: int) -> ResponseReturnValue:
        """Apply the sheet (「保存」)."""
        done = attempt(lambda ctx: apply_licence_import(ctx, import_id=sheet_id))
        if done is not None:
            sentence = gettext(
                "新授权 %(granted)s 项，修改 %(changed)s 项", granted=done.granted, changed=done.changed
            )
            flash(sentence, "success")
        return redirect(self.get_url(".sheet", sheet_id=sheet_id), code=303)

    @expose(f"/sheets/<{ROW}:sheet_id>/discard", methods=("POST",))
    def discard_sheet(self, sheet_id: int) -> ResponseReturnValue:
        """Discard the sheet (「放弃」)."""
        attempt(lambda ctx: discard_licence_import(ctx, import_id=sheet_id))
        return redirect(self.get_url(".sheets"), code=303)
