"""The overview, first page of the management side: figures and next steps."""

from __future__ import annotations

from flask_admin.base import expose
from flask_babel import lazy_gettext

from admin.base import SecureView
from app.rules.permissions import Action, may
from app.services.alliance.todo import count_tasks
from app.services.catalogue.alliance import count_alliance
from app.services.classes.lists import ClassFilter, ClassState, list_classes
from app.services.offerings.lists import list_school_courses
from app.services.schools.overview import count_school
from app.web.shared.context import request_context


class Overview(SecureView):
    """Flask-Admin's index view: the school's overview on a school's host, the alliance's on its own host."""

    action = Action.ENTER_MANAGEMENT
    hosts = "both"

    def __init__(self) -> None:
        super().__init__(lazy_gettext("首页"), endpoint="admin", url="/manage", menu_icon_value="house")

    @expose("/")
    def index(self) -> str:
        """Show the overview of this host's tenant; a teacher's overview shows their classes and courses."""
        ctx = request_context()
        if ctx.school.is_alliance:
            return self.render(
                "manage/shared/first_page/alliance.html", figures=count_alliance(ctx), tasks=count_tasks(ctx)
            )
        if not may(ctx.actor.role, Action.SEE_FIGURES):
            # Archived classes are left out here as in the list of classes.
            classes = list_classes(ctx, filters=ClassFilter(state=ClassState.IN_USE))
            courses = list_school_courses(ctx)
            return self.render("manage/shared/first_page/teacher.html", classes=classes, courses=courses)
        return self.render(
            "manage/shared/first_page/school.html",
            figures=count_school(ctx),
            courses_url=self.get_url("offerings.index"),
            administers=may(ctx.actor.role, Action.IMPORT_ROSTER),
        )
