"""整班转入: the choice of the class to merge, the preview, the merge and its undo."""

from __future__ import annotations

from flask import abort, flash, request, session
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, ngettext

from admin.base import attempt
from admin.classes.frame import ClassFrame
from admin.shared.listing import number, sent_number
from app.errors import DomainError, NotAllowed, NotFound
from app.rules.permissions import Action, may
from app.services.classes.lists import class_names
from app.services.classes.merge_classes import MovePreview, move_class, preview_move, undo_move
from app.web.shared.context import request_actor, request_context
from app.web.shared.hosts import ROW
from app.web.shared.i18n import translated

#: The key under which the session of the person keeps their last merge.
LAST_MOVE = "class_move"


class ClassMoves(ClassFrame):
    """Mixin with the pages that move a class up or merge two classes."""

    @expose(f"/<{ROW}:class_id>/move")
    def move(self, class_id: int) -> ResponseReturnValue:
        """Show the choice of the class and, once one is chosen, the preview."""
        if not may(request_actor().role, Action.MANAGE_CLASSES):
            abort(404)
        ctx, target_id = request_context(), number("target")
        preview, problem = (None, None) if target_id is None else _preview(class_id, target_id)
        if target_id is None and "preview" in request.args:
            problem = gettext("请选择转入的班级")
        page = self.class_page(
            "move",
            class_id,
            classes=[choice for choice in class_names(ctx, in_use=True) if choice[0] != class_id],
            target_id=target_id,
            preview=preview,
            problem=problem,
        )
        return page, 422 if problem else 200

    @expose(f"/<{ROW}:class_id>/move", methods=("POST",))
    def move_all(self, class_id: int) -> ResponseReturnValue:
        """Merge the classes as the preview showed."""
        target_id, students = sent_number("target"), sent_number("students")
        if target_id is None or students is None:
            abort(404)
        moved = attempt(
            lambda ctx: move_class(
                ctx,
                source_id=class_id,
                target_id=target_id,
                students=students,
                archive=request.form.get("archive") == "1",
                take_teacher=request.form.get("take_teacher") == "1",
            )
        )
        if moved is None:
            return self.to("move", class_id=class_id, target=target_id)
        session[LAST_MOVE] = {
            "source_id": moved.source_id,
            "target_id": moved.target_id,
            "user_ids": list(moved.user_ids),
            "restore": moved.archived,
        }
        count = len(moved.user_ids)
        flash(ngettext("已转入 %(num)s 名学生", "已转入 %(num)s 名学生", count), "success")
        if moved.registered:
            flash(gettext("并按班级的选课注册了 %(n)s 人次", n=moved.registered), "success")
        return self.to("show", class_id=target_id)

    @expose(f"/<{ROW}:class_id>/move/undo", methods=("POST",))
    def undo_move(self, class_id: int) -> ResponseReturnValue:
        """Undo the last merge into this class (「撤销」)."""
        last = session.get(LAST_MOVE)
        if last is None or last["target_id"] != class_id:
            abort(404)
        back = attempt(lambda ctx: (undo_move(ctx, **last),))
        if back is None:
            return self.to("show", class_id=class_id)
        session.pop(LAST_MOVE, None)
        flash(
            ngettext("已转回 %(num)s 名学生", "已转回 %(num)s 名学生", back[0]),
            "success",
        )
        return self.to("show", class_id=last["source_id"])


def _preview(source_id: int, target_id: int) -> tuple[MovePreview | None, str | None]:
    try:
        return preview_move(request_context(), source_id=source_id, target_id=target_id), None
    except (NotFound, NotAllowed):
        abort(404)
    except DomainError as error:
        return None, translated(error.message)
