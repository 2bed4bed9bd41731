"""系统管理 → 教师用户导入 (manual 5.2): the import pages with the words for teachers, and their pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import Admin, BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext

from admin.base import PEOPLE
from admin.imports.pages import Imports
from app.rules.imports.teachers import LABELS
from app.rules.shared.whole_numbers import whole_number
from app.services.imports.pages.answers import answer_questions
from app.services.imports.shared.questions import NEW, Question
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.pictures import PICTURE_LIMITS
from app.sheets.writing.teacher_template import teacher_template
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.i18n import translated

_ROW = "row-"
#: The bytes that a form may hold in addition to its files.
_ROOM = 2**20


class TeacherImports(Imports):
    """The pages of teacher imports."""

    kind = "teachers"
    labels = LABELS
    shown_fields = ("real_name", "login_name", "mobile", "email", "id_number", "bio", "picture")
    template_label = lazy_gettext("下载教师模板")
    upload_bytes = LIMITS.file_bytes + PICTURE_LIMITS.file_bytes

    def create_blueprint(self, admin: Admin) -> Any:
        """Return the view's routes; they accept larger uploads, a limit that must be set before a form is read."""
        blueprint = super().create_blueprint(admin)
        blueprint.url_value_preprocessor(self._make_room)
        return blueprint

    def template_file(self) -> tuple[str, bytes]:
        """Return the name and content of the template (「下载教师模板」)."""
        content = teacher_template(school_name=request_context().school.name, translate=translated)
        return gettext("教师模板") + ".xlsx", content

    def sent_pictures(self) -> bytes | None:
        """Return the .zip of pictures, if one was chosen."""
        sent = request.files.get("pictures")
        if sent is None or not sent.filename:
            return None
        return bytes(sent.stream.read(PICTURE_LIMITS.file_bytes + 1))

    @expose(f"/<{ROW}:import_id>/answer", methods=("POST",))
    def answer(self, import_id: int) -> ResponseReturnValue:
        """Save which teachers of the same name are the same person, and check again (「确认并重新检查」)."""
        answers: dict[int, int] = {}
        for name, value in request.form.items():
            row, chosen = whole_number(name.removeprefix(_ROW)), whole_number(value)
            if row is not None and chosen is not None:
                answers[row] = chosen
        return self._do(import_id, lambda ctx: answer_questions(ctx, import_id=import_id, answers=answers))

    def render(self, template: str, **kwargs: Any) -> str:
        """Render a page with the values that only teachers' pages need."""
        limit = PICTURE_LIMITS.file_bytes // 2**20
        return super().render(template, namesake_options=_namesake_options, pictures_mib=limit, **kwargs)

    def _make_room(self, endpoint: str | None, _values: dict[str, Any] | None) -> None:
        if endpoint == f"{self.endpoint}.upload":
            request.max_content_length = self.upload_bytes + _ROOM


def _namesake_options(question: Question) -> list[tuple[int, str, str | None]]:
    """Return the answers to a question about a namesake, for ``ui.choices``."""
    return [
        *(
            (namesake.id, gettext("同一人：%(name)s", name=question.name), namesake.shown or None)
            for namesake in question.namesakes
        ),
        (NEW, gettext("另一人"), gettext("将新建一个账号")),
    ]


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        TeacherImports(
            lazy_gettext("教师用户导入"),
            category=PEOPLE,
            endpoint="teacher_imports",
            url="teacher-imports",
            menu_icon_value="upload",
        )
    ]
