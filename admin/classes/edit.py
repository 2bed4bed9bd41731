"""The 添加, 修改, 归档, 恢复 and 删除 of classes (manual 8.1)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import StringField

from admin.base import ManageForm, attempt, typed_values
from admin.classes.frame import ClassFrame
from admin.shared.validators import Required
from app.rules.permissions import Action, may
from app.services.classes.edit import archive_class, create_class, delete_class, edit_class, restore_class
from app.services.classes.head_teachers import head_teacher_choices
from app.services.classes.lists import class_majors, get_class
from app.web.shared.context import request_actor, request_context
from app.web.shared.hosts import ROW


class ClassForm(ManageForm):
    """The form of a class; ``app.rules`` checks its fields."""

    name = StringField(lazy_gettext("班级名称"), [Required()])
    entry_year = StringField(lazy_gettext("入学年份"))
    major = StringField(lazy_gettext("所属专业"))
    head_teacher = StringField(lazy_gettext("班主任（助教）"))


class ClassEditing(ClassFrame):
    """Mixin with the form of a class and the acts on its page."""

    @expose("/new/", methods=("GET", "POST"))
    def new(self) -> ResponseReturnValue:
        """Show the form of a new class and create it (「添加」); its number is shown after 保存."""
        _require_managing()
        form = ClassForm()
        if form.validate_on_submit():
            made = attempt(lambda ctx: create_class(ctx, values=typed_values(form)), form)
            if made is not None:
                flash(
                    gettext("已创建班级“%(name)s”，班级编号 %(number)s", name=made.name, number=made.number),
                    "success",
                )
                return self.to("show", class_id=made.id)
        page = self.render("manage/classes/new.html", form=form, **_choices(0))
        return page, 422 if form.is_submitted() else 200

    @expose(f"/<{ROW}:class_id>/edit/", methods=("GET", "POST"))
    def edit(self, class_id: int) -> ResponseReturnValue:
        """Show the form of a class and save it (「修改」); its number stays."""
        _require_managing()
        row = get_class(request_context(), class_id=class_id)
        labels = dict(head_teacher_choices(request_context(), class_id=class_id))
        values = {"name": row.name, "entry_year": row.entry_year, "major": row.major}
        form = ClassForm(data=values | {"head_teacher": labels.get(row.head_teacher_id or 0, "")})
        if form.validate_on_submit() and attempt(
            lambda ctx: edit_class(ctx, class_id=class_id, values=typed_values(form)), form
        ):
            flash(gettext("已保存"), "success")
            return self.to("show", class_id=class_id)
        page = self.class_page("edit", class_id, form=form, **_choices(class_id))
        return page, 422 if form.is_submitted() else 200

    @expose(f"/<{ROW}:class_id>/archive", methods=("POST",))
    def archive(self, class_id: int) -> ResponseReturnValue:
        """Archive the class (「归档」)."""
        found = attempt(lambda ctx: archive_class(ctx, class_id=class_id))
        if found is not None:
            flash(gettext("班级“%(name)s”已归档，可以随时恢复", name=found.name), "success")
        return self.to("show", class_id=class_id)

    @expose(f"/<{ROW}:class_id>/restore", methods=("POST",))
    def restore(self, class_id: int) -> ResponseReturnValue:
        """Restore the archived class (「恢复」)."""
        found = attempt(lambda ctx: restore_class(ctx, class_id=class_id))
        if found is not None:
            flash(gettext("班级“%(name)s”已恢复使用", name=found.name), "success")
        return self.to("show", class_id=class_id)

    @expose(f"/<{ROW}:class_id>/delete", methods=("POST",))
    def delete(self, class_id: int) -> ResponseReturnValue:
        """Delete the class (「删除班级」); it must be empty."""
        name = attempt(lambda ctx: delete_class(ctx, class_id=class_id))
        if name is None:
            return self.to("show", class_id=class_id)
        flash(gettext("班级“%(name)s”已删除", name=name), "success")
        return self.to("index")


def _choices(class_id: int) -> dict[str, Any]:
    ctx = request_context()
    return {
        "teachers": list(head_teacher_choices(ctx, class_id=class_id)),
        "majors": list(class_majors(ctx)),
    }


def _require_managing() -> None:
    if not may(request_actor().role, Action.MANAGE_CLASSES):
        abort(404)
