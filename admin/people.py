"""系统管理 → 用户列表: one list of the school's people, found by any piece of information."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import lazy_gettext

from admin.base import PEOPLE, SecureView
from admin.listing import ListAddress, choice, number, year
from app.rules.permissions import Action
from app.services.class_lists import class_names
from app.services.people import PeopleFilter, PersonSort, PersonState, entry_years, search_people
from app.web.context import request_context
from app.web.listing import page_argument, text_argument

KINDS = ("student", "teacher", "administrator")


class People(SecureView):
    """The list of people with its search, filters and the way to the import."""

    action = Action.SEE_PEOPLE
    hosts = "school"

    @expose("/")
    def index(self) -> str:
        """One page of the people who match."""
        ctx = request_context()
        text = text_argument("q")
        kind = choice("kind", KINDS)
        state = choice("state", tuple(PersonState))
        class_id, entry_year = number("class"), year("year")
        sort, descending = choice("sort", tuple(PersonSort)) or "number", request.args.get("desc") == "1"
        found = search_people(
            ctx,
            text=text,
            filters=PeopleFilter(
                kind=kind or None,
                class_id=class_id,
                entry_year=entry_year,
                state=PersonState(state) if state else None,
            ),
            sort=PersonSort(sort),
            descending=descending,
            page=page_argument(),
        )
        chosen = {"q": text, "kind": kind, "class": class_id, "year": entry_year, "state": state}
        return self.render(
            "manage/people/list.html",
            found=found,
            chosen=chosen,
            filtered=any(value not in ("", None) for value in chosen.values()),
            address=ListAddress("people.index", chosen, sort, descending),
            classes=list(class_names(ctx)),
            years=[(each, each) for each in entry_years(ctx)],
        )


def views() -> Iterable[BaseView]:
    """The views of this module."""
    return [
        People(
            lazy_gettext("用户列表"),
            category=PEOPLE,
            endpoint="people",
            url="people",
            menu_icon_value="people",
        )
    ]
