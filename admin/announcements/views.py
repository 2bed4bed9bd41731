"""公告: announcements of a school (系统管理) to its people, and of the alliance (联盟管理) to some or all schools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, DateField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from admin.base import ALLIANCE, PEOPLE, ManageForm, SecureView, attempt
from admin.shared.listing import ListAddress, choice, list_values, ticked_ids
from admin.shared.validators import Required
from app.errors import NotFound
from app.rules.permissions import Action
from app.rules.shared.html import editable_text
from app.services.announcements.read import list_from_alliance
from app.services.announcements.write import (
    STATES,
    TITLE_LENGTH,
    AnnouncementContent,
    StoredAnnouncement,
    delete_announcement,
    get_announcement,
    list_announcements,
    save_announcement,
    state_of,
    withdraw_announcement,
)
from app.services.schools.directory import all_members
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument

#: The most announcements of the alliance that a school's list shows. It is a bound, not a page: announcements
#: are also taken down again.
_MOST_SHOWN = 50


class AnnouncementForm(ManageForm):
    """The form of an announcement: its text, its audience and its end."""

    title = StringField(lazy_gettext("标题"), [Required()])
    body = TextAreaField(lazy_gettext("内容"), [Required()])
    audience = RadioField(
        lazy_gettext("公告对象"),
        choices=[
            SelectChoice("everyone", lazy_gettext("所有人")),
            SelectChoice("staff", lazy_gettext("仅教师和管理员")),
        ],
        default="everyone",
        description=lazy_gettext("“所有人”包括没有登录的访客"),
    )
    to_all = RadioField(
        lazy_gettext("发布范围"),
        choices=[SelectChoice("1", lazy_gettext("全部学校")), SelectChoice("0", lazy_gettext("部分学校"))],
        default="1",
    )
    pinned = BooleanField(lazy_gettext("置顶"))
    ends_on = DateField(
        lazy_gettext("最后一天"),
        [Optional()],
        description=lazy_gettext("过了这一天不再显示；不填则一直显示"),
    )


class Announcements(SecureView):
    """The list of a tenant's announcements and the form of one announcement."""

    action = Action.ANNOUNCE

    @expose("/")
    def index(self) -> str:
        """Show a page of the tenant's announcements that match; a school also sees what the alliance shows there."""
        ctx = request_context()
        chosen = {"q": text_argument("q"), "state": choice("state", STATES)}
        return self.render(
            "manage/announcements/list.html",
            **list_values(
                list_announcements(
                    ctx, text=chosen["q"], state=chosen["state"] or None, page=page_argument()
                ),
                ListAddress(f"{self.endpoint}.index", chosen),
            ),
            theirs=[] if ctx.school.is_alliance else list_from_alliance(ctx, limit=_MOST_SHOWN),
        )

    @expose("/new/", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """Show the form of a new announcement and create it (「新建公告」)."""
        return self._form_page(AnnouncementForm(), None, ticked_ids("school_ids"))

    @expose(f"/<{ROW}:announcement_id>/", methods=("GET", "POST"))
    def edit(self, announcement_id: int) -> ResponseReturnValue:
        """Show the form of one announcement and save it in place."""
        try:
            row, targets = get_announcement(request_context(), announcement_id=announcement_id)
        except NotFound:
            abort(404)
        stored = {name: getattr(row, name) for name in ("title", "audience", "pinned", "ends_on")}
        form = AnnouncementForm(
            data=stored | {"body": editable_text(row.body), "to_all": "0" if targets else "1"}
        )
        return self._form_page(form, row, ticked_ids("school_ids") if form.is_submitted() else targets)

    @expose(f"/<{ROW}:announcement_id>/withdraw", methods=("POST",))
    def withdraw(self, announcement_id: int) -> ResponseReturnValue:
        """Withdraw an announcement (「撤回」)."""
        if attempt(lambda ctx: withdraw_announcement(ctx, announcement_id=announcement_id)):
            flash(gettext("已撤回，现在是草稿，可以修改后重新发布"), "success")
        return redirect(self.get_url(".edit", announcement_id=announcement_id), code=303)

    @expose(f"/<{ROW}:announcement_id>/delete", methods=("POST",))
    def delete(self, announcement_id: int) -> ResponseReturnValue:
        """Delete a draft (「删除」)."""
        title = attempt(lambda ctx: delete_announcement(ctx, announcement_id=announcement_id))
        if title is None:
            return redirect(self.get_url(".edit", announcement_id=announcement_id), code=303)
        flash(gettext("已删除公告“%(title)s”", title=title), "success")
        return redirect(self.get_url(".index"), code=303)

    def _form_page(
        self, form: AnnouncementForm, row: StoredAnnouncement | None, ticked: list[int]
    ) -> ResponseReturnValue:
        ctx = request_context()
        if form.validate_on_submit():
            publish = request.form.get("publish") == "1"
            content, number = _content(form, ticked), row.id if row else None
            saved = attempt(
                lambda ctx: save_announcement(ctx, content=content, publish=publish, announcement_id=number),
                form,
            )
            if saved is not None:
                flash(gettext("已发布") if publish else gettext("已保存"), "success")
                return redirect(self.get_url(".index"), code=303)
        page = self.render(
            "manage/announcements/form.html",
            form=form,
            row=row,
            state=state_of(ctx, row) if row else "draft",
            members=all_members(ctx) if ctx.school.is_alliance else [],
            ticked=set(ticked),
            title_length=TITLE_LENGTH,
        )
        return page, 422 if form.is_submitted() else 200


class AllianceAnnouncements(Announcements):
    """The alliance's announcements, for the secretariat."""

    hosts = "alliance"


class SchoolAnnouncements(Announcements):
    """A school's announcements, for its administrators."""

    hosts = "school"


def _content(form: AnnouncementForm, ticked: list[int]) -> AnnouncementContent:
    values: dict[str, Any] = {name: form[name].data for name in ("audience", "pinned", "ends_on")}
    return AnnouncementContent(
        title=form.title.data or "",
        body=form.body.data or "",
        to_all=form.to_all.data != "0",
        school_ids=tuple(ticked),
        **values,
    )


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        AllianceAnnouncements(
            lazy_gettext("公告"),
            category=ALLIANCE,
            endpoint="alliance_announcements",
            url="alliance-announcements",
            menu_icon_value="megaphone",
        ),
        SchoolAnnouncements(
            lazy_gettext("公告"),
            category=PEOPLE,
            endpoint="school_announcements",
            url="announcements",
            menu_icon_value="megaphone",
        ),
    ]
