"""教务管理 → 班级管理: the classes of the school and each with its students; read only for now."""

from __future__ import annotations

from collections.abc import Iterable

from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import lazy_gettext

from admin.base import ACADEMIC, SecureView
from admin.listing import ListAddress, year
from app.rules.permissions import Action
from app.services.class_lists import class_years, get_class, list_classes
from app.services.people import PeopleFilter, search_people
from app.web.context import request_context
from app.web.hosts import ROW
from app.web.listing import page_argument, text_argument


class Classes(SecureView):
    """The list of classes and the page of one class."""

    action = Action.SEE_CLASSES
    hosts = "school"

    @expose("/")
    def index(self) -> str:
        """One page of the classes that match."""
        ctx = request_context()
        text, entry_year = text_argument("q"), year("year")
        return self.render(
            "manage/classes/list.html",
            found=list_classes(ctx, text=text, entry_year=entry_year, page=page_argument()),
            text=text,
            year=entry_year,
            years=[(each, each) for each in class_years(ctx)],
            address=ListAddress("classes.index", {"q": text, "year": entry_year}),
        )

    @expose(f"/<{ROW}:class_id>/")
    def show(self, class_id: int) -> str:
        """One class with its students."""
        ctx = request_context()
        school_class = get_class(ctx, class_id=class_id)
        wanted = PeopleFilter(kind="student", class_id=class_id)
        return self.render(
            "manage/classes/show.html",
            school_class=school_class,
            students=search_people(ctx, filters=wanted, page=page_argument()),
            address=lambda n: self.get_url(".show", class_id=class_id, page=n if n > 1 else None),
        )


def views() -> Iterable[BaseView]:
    """The views of this module."""
    return [
        Classes(
            lazy_gettext("班级管理"),
            category=ACADEMIC,
            endpoint="classes",
            url="classes",
            menu_icon_value="diagram-3",
        )
    ]
