"""系统管理 → 学生用户导入: upload, progress, preview, 「保存」, result, history (manual 4.2).

A page shows the current state of the import, so every address can be left, reloaded and returned to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from flask import Response, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import Admin, BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import RequestEntityTooLarge

from admin.base import PEOPLE, attempt
from admin.imports.choices import ImportChoices, questions
from admin.imports.row_names import ROW_WORDS
from admin.shared.listing import Argument, ListAddress, choice, list_values
from app.context import Context
from app.rules.imports.states import DISCARDABLE
from app.rules.imports.students import LABELS
from app.rules.permissions import Action
from app.services.auth.initial_passwords import first_password_note
from app.services.imports.pages.absent import count_absent, list_absent
from app.services.imports.pages.downloads import login_file, original_file, problem_file
from app.services.imports.pages.left_out import left_out_rows
from app.services.imports.pages.read import (
    PreviewRow,
    StoredImport,
    get_import,
    list_imports,
    preview_rows,
    refusal_of,
    summary_of,
)
from app.services.imports.pages.undo import undo_import
from app.services.imports.pages.update_rules import UpdateRule
from app.services.imports.pages.upload import discard_import, recheck_import, start_import
from app.services.imports.shared.summary import PlannedClass
from app.services.schools.quotas import people_refusal
from app.services.schools.settings import get_settings
from app.services.shared.paging import Page
from app.sheets.reading.limits import LIMITS
from app.sheets.writing.student_template import student_template
from app.uow import unit_of_work
from app.web.shared.context import request_context
from app.web.shared.downloads import give_original, give_workbook
from app.web.shared.hosts import ROW
from app.web.shared.i18n import translated
from app.web.shared.listing import page_argument

WORKING = ("uploaded", "checking", "applying")
#: The endpoint of the pages of each kind of import.
ENDPOINTS: Mapping[str, str] = {"students": "imports", "teachers": "teacher_imports"}
PARTS = ("create", "change", "problem", "held", "unchanged", "left_out", "absent")
Kind = Literal["students", "teachers"]
#: The bytes of a too large request that are read and discarded, so that the browser gets to show the answer.
_DRAINED_BYTES = 64 * 2**20


class Imports(ImportChoices):
    """The pages of student imports."""

    action = Action.IMPORT_ROSTER
    hosts = "school"
    #: The kind of the imports, and the words for it on the pages.
    kind: ClassVar[Kind] = "students"
    labels: ClassVar[Mapping[str, str]] = LABELS
    #: The fields that have their own column in the table of accounts to be created.
    shown_fields: ClassVar[Sequence[str]] = (
        "student_no", "real_name", "gender", "class_name", "entry_year", "id_number", "mobile",
    )  # fmt: skip
    template_label = lazy_gettext("下载学生模板")
    upload_bytes: ClassVar[int] = LIMITS.file_bytes

    def create_blueprint(self, admin: Admin) -> Any:
        """Return the view's routes, with a handler for uploads that are cut off before any view runs."""
        blueprint = super().create_blueprint(admin)
        blueprint.register_error_handler(RequestEntityTooLarge, self._too_large)
        return blueprint

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show the three steps, and the history below."""
        return self._index_page(None)

    @expose("/template.xlsx")
    def template(self) -> Response:
        """Send the template (「下载学生模板」)."""
        name, content = self.template_file()
        return give_workbook(content, name)

    def template_file(self) -> tuple[str, bytes]:
        """Return the name and content of the template."""
        school = request_context().school
        content = student_template(unit_code=school.unit_code, school_name=school.name, translate=translated)
        return gettext("学生模板") + ".xlsx", content

    @expose("/upload", methods=("POST",))
    def upload(self) -> ResponseReturnValue:
        """Receive a roster and start its import (「上传」)."""
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            return self._index_page(gettext("请先选择填写好的表格文件"))
        content = sent.stream.read(LIMITS.file_bytes + 1)
        if not content:
            return self._index_page(gettext("文件是空的，请重新选择填写好的表格。"))
        name = sent.filename
        with unit_of_work(request_context()) as ctx:
            found = start_import(
                ctx, filename=name, content=content, kind=self.kind, pictures=self.sent_pictures()
            )
        if found.state == "refused":
            reason = refusal_of(found)
            return self._index_page(translated(reason) if reason else None)
        return redirect(self.get_url(".show", import_id=found.id), code=303)

    def sent_pictures(self) -> bytes | None:
        """Return the pictures that were sent with the roster."""
        return None

    @expose(f"/<{ROW}:import_id>/")
    def show(self, import_id: int) -> ResponseReturnValue:
        """Show the import in its current state."""
        ctx = request_context()
        found = get_import(ctx, import_id=import_id)
        if found.kind != self.kind:
            return redirect(self.get_url(f"{ENDPOINTS[found.kind]}.show", import_id=import_id), code=303)
        if found.state in WORKING:
            return self.render("manage/imports/working.html", found=found)
        if found.state == "mapping":
            return self.columns_page(found)
        reason = refusal_of(found)
        if found.state in ("refused", "failed", "discarded"):
            return self.render(
                "manage/imports/ended.html", found=found, reason=reason, **_upload_values(None)
            )
        return self._rows_page(ctx, found)

    @expose(f"/<{ROW}:import_id>/progress")
    def progress(self, import_id: int) -> ResponseReturnValue:
        """Return the changing part of the progress page; at the end it redirects the browser."""
        found = get_import(request_context(), import_id=import_id)
        onward = self.get_url(".show", import_id=import_id)
        if request.headers.get("HX-Request") != "true":
            return redirect(onward, code=303)
        if found.state in WORKING:
            return self.render("manage/imports/progress.html", found=found)
        response = make_response("")
        response.headers["HX-Redirect"] = onward
        return response

    @expose(f"/<{ROW}:import_id>/confirm", methods=("POST",))
    def confirm(self, import_id: int) -> ResponseReturnValue:
        """Confirm the import (「保存」): apply what the preview showed."""
        return self._do(import_id, lambda ctx: self.confirm_or_count(ctx, import_id))

    @expose(f"/<{ROW}:import_id>/recheck", methods=("POST",))
    def recheck(self, import_id: int) -> ResponseReturnValue:
        """Check the stored file again, with or without the unit code as a prefix of every 学号."""
        add = request.form.get("add_unit_code") == "1"
        return self._do(import_id, lambda ctx: recheck_import(ctx, import_id=import_id, add_unit_code=add))

    @expose(f"/<{ROW}:import_id>/discard", methods=("POST",))
    def discard(self, import_id: int) -> ResponseReturnValue:
        """Discard the import before anything is written."""
        return self._do(import_id, lambda ctx: discard_import(ctx, import_id=import_id))

    @expose(f"/<{ROW}:import_id>/undo", methods=("POST",))
    def undo(self, import_id: int) -> ResponseReturnValue:
        """Undo an applied import."""
        return self._do(import_id, lambda ctx: undo_import(ctx, import_id=import_id))

    @expose(f"/<{ROW}:import_id>/file")
    def original(self, import_id: int) -> Response:
        """Send the original file, as it was uploaded."""
        with unit_of_work(request_context()) as ctx:
            name, content = original_file(ctx, import_id=import_id)
        return give_original(content, name)

    @expose(f"/<{ROW}:import_id>/problems.xlsx")
    def problems(self, import_id: int) -> Response:
        """Send the rejected rows of the original file, each with its problems."""
        with unit_of_work(request_context()) as ctx:
            name, content = problem_file(ctx, import_id=import_id, translate=translated)
        return give_workbook(content, name)

    @expose(f"/<{ROW}:import_id>/logins.xlsx")
    def logins(self, import_id: int) -> Response:
        """Send the login names of the created accounts."""
        with unit_of_work(request_context()) as ctx:
            name, content = login_file(ctx, import_id=import_id, translate=translated)
        return give_workbook(content, name)

    def _index_page(self, error: str | None, status: int = 422) -> tuple[str, int]:
        history = list_imports(request_context(), kind=self.kind, page=page_argument())
        page = self.render(
            "manage/imports/index.html",
            **list_values(history, ListAddress(f"{ENDPOINTS[self.kind]}.index")),
            summary_of=summary_of,
            discardable=DISCARDABLE,
            first_note=first_password_note(get_settings(request_context())),
            **_upload_values(error),
        )
        return page, status if error else 200

    def _rows_page(self, ctx: Context, found: StoredImport) -> str:
        summary = summary_of(found)
        absent = count_absent(ctx, import_id=found.id) if found.kind == "students" else None
        if found.state == "undone":
            part = "kept"
        else:
            counted = [part for part in PARTS if getattr(summary.counts, part, 0)]
            part = choice("part", PARTS if absent else PARTS[:-1]) or (counted or ["problem"])[0]
        within = choice("within", ("class", "year")) or "class"
        rows: Page[Any]
        if part == "absent" and absent:
            rows = list_absent(ctx, import_id=found.id, within=within, page=page_argument())  # type: ignore[arg-type]
        elif part == "left_out":
            rows = left_out_rows(ctx, import_id=found.id, page=page_argument())
        else:
            rows = preview_rows(ctx, import_id=found.id, part=part, page=page_argument())  # type: ignore[arg-type]
        kept: dict[str, Argument] = {
            "import_id": found.id,
            "part": part,
            "within": within if part == "absent" else "",
        }
        return self.render(
            f"manage/imports/{found.state}.html",
            found=found,
            rows=rows,
            address=ListAddress(f"{ENDPOINTS[self.kind]}.show", kept=kept),
            summary=summary,
            too_many=people_refusal(ctx, new=summary.counts.create) if found.state == "checked" else None,
            part=part,
            absent=absent,
            within=within,
            questions=questions(summary),
            rule=UpdateRule.of(found.options),
            new_values=lambda row: _new_values(row, self.labels, self.shown_fields),
            same_class_options=_same_class_options,
            **ROW_WORDS,
        )

    def _do(self, import_id: int, work: Callable[[Context], StoredImport]) -> ResponseReturnValue:
        attempt(work)
        return redirect(self.get_url(".show", import_id=import_id), code=303)

    def _too_large(self, _error: RequestEntityTooLarge) -> ResponseReturnValue:
        stream, left = request.environ["wsgi.input"], min(request.content_length or 0, _DRAINED_BYTES)
        while left > 0 and (chunk := stream.read(min(left, 2**16))):
            left -= len(chunk)
        if not self.is_accessible():
            return self.inaccessible_callback("upload")
        limit = self.upload_bytes // 2**20
        return self._index_page(gettext("文件超过 %(limit)s MB，请拆成几个文件分别上传。", limit=limit), 413)


def _upload_values(error: str | None) -> dict[str, Any]:
    return {"error": error, "limit_mib": LIMITS.file_bytes // 2**20, "limit_rows": LIMITS.data_rows}


def _same_class_options(planned: PlannedClass) -> list[tuple[int, str, str]]:
    """Return the classes of the same name, for ``ui.choices``."""
    return [
        (
            other.id,
            gettext("同一个班级：编号 %(number)s", number=other.number),
            gettext("%(year)s 年入学", year=other.entry_year)
            if other.entry_year
            else gettext("未填写入学年份"),
        )
        for other in planned.others
    ]


def _new_values(row: PreviewRow, labels: Mapping[str, str], columns: Sequence[str]) -> dict[str, Any]:
    """Return the values of a planned account by label; those without a column are joined as ``others``.

    A nickname that only repeats the name (the default of the manual) is left out.
    """
    new = {change.label: change.new for change in row.changes}
    if new.get(LABELS["nickname"]) == new.get(LABELS["real_name"]):
        new.pop(LABELS["nickname"], None)
    shown = {labels[field] for field in columns}
    return {**new, "others": [(label, value) for label, value in new.items() if label not in shown]}


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Imports(
            lazy_gettext("学生用户导入"),
            category=PEOPLE,
            endpoint="imports",
            url="imports",
            menu_icon_value="upload",
        )
    ]
