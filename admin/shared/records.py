"""Lists and forms of one table as Flask-Admin draws them, with a service behind every write.

Flask-Admin's own loaders know nothing of schools (``get_one`` is ``session.get``, the form fields of
relations read whole tables, filters and exports reach every column), so none of them is used: one scoped
``select`` feeds list, count and single rows, the form is a class that names its fields, and the routes for
exports, bulk actions, inline editing and ajax look-ups do not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, flash, redirect
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.contrib.sqla.filters import BaseSQLAFilter
from flask_admin.form import FormOpts
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.exc import DataError

from admin.base import Guarded, ManageForm, attempt, back_to, typed_values
from app.context import Context
from app.services.shared.paging import PAGE_SIZE, as_it_is, fetch_page
from app.services.shared.search import words
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from tenants.db import db

_NEVER = (
    "column_editable_list", "form_ajax_refs", "inline_models", "column_export_list", "form_columns",
    "form_extra_fields", "can_export", "can_set_page_size",
)  # fmt: skip


class ServiceModelView(Guarded, ModelView):
    """A list over ``model`` and, where a service is declared, its forms.

    A view declares: ``action``, ``hosts``, ``model_class``, ``column_list``, and as needed ``column_labels``,
    ``column_formatters``, ``column_sortable_list``, ``column_searchable_list`` (names of columns of the
    model), ``column_filters`` (filter objects of Flask-Admin, never names), ``column_details_list``.
    Writing: ``form`` (a ``ManageForm`` with every field named) and one or more of ``create``, ``update``,
    ``remove``, each of which calls one service and returns something true. A verb that is not defined has
    no route.
    """

    _urls: list[Any]
    model_class: ClassVar[type[Any]]
    form: ClassVar[type[ManageForm] | None] = None

    form_base_class = ManageForm
    list_template = "spoc/admin/model/list.html"
    create_template = "spoc/admin/model/create.html"
    edit_template = "spoc/admin/model/edit.html"
    details_template = "spoc/admin/model/details.html"
    page_size = PAGE_SIZE
    can_set_page_size = False
    can_export = False
    can_create = False
    can_edit = False
    can_delete = False
    action_disallowed_list = ("delete",)
    saved_text: ClassVar[Any] = None
    #: The text below the page's name, and the placeholder of its search box.
    lead: ClassVar[Any] = ""
    search_hint: ClassVar[Any] = ""

    # Handlers of Flask-Admin that bypass the services when they write or read: without the attribute there
    # is no route.
    export = None
    action_view = None
    action_delete = None
    ajax_lookup = None
    ajax_update = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.can_create = cls.create is not ServiceModelView.create
        cls.can_edit = cls.update is not ServiceModelView.update
        cls.can_delete = cls.remove is not ServiceModelView.remove
        cls.can_view_details = bool(getattr(cls, "column_details_list", None))

    def __init__(self, **names: Any) -> None:
        self._refuse_unsafe_settings()
        super().__init__(self.model_class, db, **names)
        absent = {  # verbs without a service
            name
            for name, can in (
                ("create_view", self.can_create),
                ("edit_view", self.can_edit),
                ("delete_view", self.can_delete),
                ("details_view", self.can_view_details),
            )
            if not can
        }
        self._urls = [route for route in self._urls if route[1] not in absent]

    def _refuse_unsafe_settings(self) -> None:
        name = type(self).__name__
        if not self.column_list:
            raise TypeError(f"{name} must name its columns in column_list")
        if (self.can_create or self.can_edit) and (
            self.form is None or not issubclass(self.form, ManageForm)
        ):
            raise TypeError(f"{name} writes, so it needs a form that derives from ManageForm")
        for setting in _NEVER:
            if getattr(self, setting, None):
                raise TypeError(f"{name}.{setting} is not for the management side")
        if any(not isinstance(item, BaseSQLAFilter) for item in self.column_filters or ()):
            raise TypeError(f"{name}.column_filters must hold filter objects: a name opens every operation")
        for hook in ("on_model_change", "on_model_delete", "after_model_change", "after_model_delete"):
            if getattr(type(self), hook) is not getattr(ModelView, hook):
                raise TypeError(f"{name}.{hook} would run inside Flask-Admin's own commit; call a service")

    # Methods that a view may define

    def scoped_select(self) -> Select[Any]:
        """Return the rows of this page; the guard adds the school.

        Views over shared tables narrow the rows further.
        """
        return select(self.model)

    def create(self, ctx: Context, values: dict[str, Any]) -> Any:
        """Call the service that creates a row from the form's values."""
        raise NotImplementedError

    def update(self, ctx: Context, row: Any, values: dict[str, Any]) -> Any:
        """Call the service that changes ``row`` to the form's values."""
        raise NotImplementedError

    def remove(self, ctx: Context, row: Any) -> Any:
        """Call the service that removes ``row``."""
        raise NotImplementedError

    # Reading: one scoped select

    def get_query(self) -> Any:
        """Refuse: Flask-Admin's own loaders are not used."""
        raise NotImplementedError

    get_count_query = get_query

    def scaffold_form(self) -> type[ManageForm]:
        """Do nothing: forms are classes that name their fields, and nothing is derived from the table."""
        return self.form or ManageForm

    def get_delete_form(self) -> type[ManageForm]:
        """Return no form: the row to remove is in the address."""
        return ManageForm

    def scaffold_auto_joins(self) -> list[Any]:
        """Do nothing: the views' own selects load relations."""
        return []

    def init_search(self) -> bool:
        """Prepare the search, which covers the named columns of the model itself."""
        return bool(self.column_searchable_list)

    def get_pk_value(self, model: Any) -> str:
        """Return the row's id, which addresses hold; the school is the host's."""
        return str(model.id)

    def get_one(self, id: int) -> Any:
        """Return the row with this id within ``scoped_select``; any other id is a 404, whatever the reason."""
        statement = self.scoped_select().where(self.model.id == id)
        row = request_context().session.scalars(statement).one_or_none()
        if row is None:
            abort(404)
        return row

    def get_list(
        self,
        page: int | None,
        sort_column: str | None,
        sort_desc: bool,
        search: str | None,
        filters: Sequence[Any] | None,
        execute: bool = True,  # noqa: ARG002
        page_size: int | None = None,  # noqa: ARG002
    ) -> tuple[int, list[Any]]:
        """Return the count and the rows of a page; ``page`` counts from 0."""
        statement = self._filtered(self._searched(self.scoped_select(), search), filters)
        ordered = self._ordered(statement, sort_column, bool(sort_desc))
        session = request_context().session
        try:
            found = fetch_page(session, ordered, as_it_is, page=(page or 0) + 1, size=self.page_size)
        except DataError:
            # A filter's value that its column cannot hold, such as a year of twenty digits.
            abort(404)
        return found.total, list(found.rows)

    def _searched(self, statement: Select[Any], search: str | None) -> Select[Any]:
        columns = [getattr(self.model, name) for name in self.column_searchable_list or ()]
        return statement.where(words(search or "", *columns)) if columns else statement

    def _filtered(self, statement: Select[Any], filters: Sequence[Any] | None) -> Select[Any]:
        for index, _name, value in filters or ():
            chosen = self._filters[index]
            statement = chosen.apply(statement, chosen.clean(value), None)
        return statement

    def _ordered(self, statement: Select[Any], column: str | None, descending: bool) -> Select[Any]:
        if column is None or column not in self._sortable_columns:
            column, descending = self.column_default_sort or ("id", False)
        by, last = getattr(self.model, column), self.model.id
        if descending:
            return statement.order_by(by.desc().nulls_last(), last.desc())
        return statement.order_by(by.asc().nulls_last(), last)

    def get_invalid_value_msg(self, value: str, filter: Any) -> str:
        """Return the message for an invalid value of a filter."""
        return str(gettext("“%(value)s”不能用作「%(name)s」的条件", value=value[:40], name=filter.name))

    def _get_list_filter_args(self) -> list[Any] | None:
        # The drop-downs send an empty value for 全部.
        filters = super()._get_list_filter_args() or ()
        return [chosen for chosen in filters if chosen[2] != ""] or None

    def scaffold_sortable_columns(self) -> dict[str, str]:
        """Return the sortable columns: only those that the view names."""
        return {}

    # Writing: one service for each verb

    def create_model(self, form: ManageForm) -> Any:
        """Create a row through the service; return ``None`` after a refusal, which the form then shows."""
        return attempt(lambda ctx: self.create(ctx, dict(typed_values(form))), form)

    def update_model(self, form: ManageForm, model: Any) -> Any:
        """Change a row through the service; return ``None`` after a refusal."""
        return attempt(lambda ctx: self.update(ctx, model, dict(typed_values(form))), form)

    def delete_model(self, model: Any) -> Any:
        """Remove a row through the service; return ``None`` after a refusal."""
        return attempt(lambda ctx: self.remove(ctx, model))

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """Show the form of a new row, and create the row."""
        return self._form_page(self.create_template, self.create_form(), None)

    @expose(f"/edit/<{ROW}:id>/", methods=("GET", "POST"))
    def edit_view(self, id: int) -> ResponseReturnValue:
        """Show the form of a row, and save it."""
        row = self.get_one(id)
        return self._form_page(self.edit_template, self.edit_form(obj=row), row)

    @expose(f"/details/<{ROW}:id>/")
    def details_view(self, id: int) -> ResponseReturnValue:
        """Show a row, read-only."""
        return self.render(
            self.details_template,
            model=self.get_one(id),
            details_columns=self._details_columns,
            get_value=self.get_detail_value,
            return_url=self.get_url(".index_view"),
        )

    @expose(f"/delete/<{ROW}:id>/", methods=("POST",))
    def delete_view(self, id: int) -> ResponseReturnValue:
        """Remove a row; the button has asked for confirmation."""
        row = self.get_one(id)
        if self.delete_model(row):
            flash(gettext("已删除"), "success")
        return redirect(back_to(self.get_url(".index_view")))

    def _form_page(self, template: str, form: ManageForm, row: Any) -> ResponseReturnValue:
        return_url = back_to(self.get_url(".index_view"))
        if form.validate_on_submit():
            saved = self.create_model(form) if row is None else self.update_model(form, row)
            if saved:
                flash(str(self.saved_text or gettext("已保存")), "success")
                return redirect(return_url)
        status = 422 if form.is_submitted() else 200
        page = self.render(template, model=row, form=form, form_opts=FormOpts(), return_url=return_url)
        return page, status
