"""联盟管理 → 学校管理: the secretariat opens schools, edits, suspends and resumes them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from flask import flash, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import ColorField, FileField, IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from admin.base import ALLIANCE, ManageForm, SecureView, attempt, typed_values
from admin.shared.listing import ListAddress, choice, list_values, number, sorting
from admin.shared.uploads import ACCEPTED, picture_of
from admin.shared.validators import Required
from app.context import Context
from app.errors import Invalid
from app.rules.permissions import Action
from app.rules.schools.colours import accent_theme, parse_accent
from app.rules.schools.unit_codes import tidy_unit_code, unit_code_problem
from app.services.media.clean import LOGO_SIZE, clean_image
from app.services.schools.onboarding import LABELS, list_progress, school_checklist
from app.services.schools.open_and_edit import (
    edit_school,
    get_school,
    last_suspension,
    open_school,
    resume_school,
    set_logo,
    suspend_school,
)
from app.services.schools.profile import SlugVerdict, check_slug
from app.services.schools.quotas import school_usage, set_quotas
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.i18n import translated
from app.web.shared.listing import page_argument, text_argument
from tenants.registry import SchoolInfo

STATES = ("active", "suspended")
DEFAULT_ACCENT = "#1d5fa8"
_ZONES = [
    SelectChoice("Asia/Shanghai", lazy_gettext("北京时间")),
    SelectChoice("Asia/Urumqi", lazy_gettext("新疆时间")),
    SelectChoice("Asia/Hong_Kong", lazy_gettext("香港时间")),
    SelectChoice("Asia/Macau", lazy_gettext("澳门时间")),
    SelectChoice("Asia/Taipei", lazy_gettext("台北时间")),
]


class SchoolForm(ManageForm):
    """The form of a school: its names, addresses and appearance."""

    name = StringField(lazy_gettext("学校名称"), [Required()])
    short_name = StringField(
        lazy_gettext("学校简称"), description=lazy_gettext("显示在页面左上角，最多 16 个字符")
    )
    unit_code = StringField(
        lazy_gettext("单位代码"),
        [Required()],
        description=lazy_gettext("5 位数字，该校的学号都以它开头"),
    )
    slug = StringField(lazy_gettext("二级域名"), [Required()])
    timezone = SelectField(lazy_gettext("时区"), choices=_ZONES, default="Asia/Shanghai")
    logo = FileField(
        lazy_gettext("学校标识"), description=lazy_gettext("PNG、JPEG、WebP 或 SVG，不超过 1 MB")
    )
    accent = ColorField(lazy_gettext("主题色"), default=DEFAULT_ACCENT)

    def validate_unit_code(self, field: StringField) -> None:
        """Report an invalid code together with the form's other errors, not after them."""
        if problem := unit_code_problem(tidy_unit_code(field.data or "")):
            raise ValidationError(translated(problem))


class NewSchoolForm(SchoolForm):
    """The form of a new school, with its first administrator."""

    admin_name = StringField(lazy_gettext("管理员姓名"), [Required()])
    admin_login = StringField(lazy_gettext("管理员登录名"), [Required()], default="admin")


class QuotaForm(ManageForm):
    """The form of a school's quotas."""

    most_people = IntegerField(
        lazy_gettext("账号上限"), [Optional()], description=lazy_gettext("学生、教师和管理员合计；不填则不限")
    )
    most_courses = IntegerField(
        lazy_gettext("本校课程上限"), [Optional()], description=lazy_gettext("学校自建的课程；不填则不限")
    )


class SuspendForm(ManageForm):
    """The form that asks why a school is suspended."""

    reason = StringField(
        lazy_gettext("暂停原因"),
        [Required()],
        description=lazy_gettext("记入联盟和该校的操作记录，最多 200 个字符"),
    )


class Schools(SecureView):
    """The list of member schools, the form of one school, and the acts on it."""

    action = Action.MANAGE_SCHOOLS
    hosts = "alliance"

    @expose("/")
    def index(self) -> str:
        """Show a page of the schools that match, each with the progress of its checklist."""
        text, status = text_argument("q"), choice("status", STATES)
        missing = choice("missing", (*LABELS, "any", "none"))
        sort, descending = sorting(("progress",), "")
        chosen = {"q": text, "status": status, "missing": missing}
        return self.render(
            "manage/schools/list.html",
            **list_values(
                list_progress(
                    request_context(),
                    text=text,
                    status=status or None,
                    missing=missing or None,
                    by_progress=bool(sort),
                    descending=descending,
                    page=page_argument(),
                ),
                ListAddress("schools.index", chosen, sort, descending),
            ),
            labels=LABELS,
        )

    @expose("/new/", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """Show the form of a school and create it (「新建学校」).

        The next page shows the administrator's password, once.
        """
        form = NewSchoolForm()
        if form.validate_on_submit():
            opened = attempt(lambda ctx: open_school(ctx, **_values(form), logo=picture_of(form.logo)), form)
            if opened is not None:
                response = make_response(self.render("manage/schools/opened.html", opened=opened))
                response.headers["Cache-Control"] = "no-store"
                return response
        return self._form_page(form, None)

    @expose(f"/<{ROW}:school_id>/", methods=("GET", "POST"))
    def edit(self, school_id: int) -> ResponseReturnValue:
        """Show the form of a school with its checklist, and save it."""
        school = get_school(request_context(), school_id=school_id)
        form = SchoolForm(obj=school)
        if school.timezone not in {zone.value for zone in _ZONES}:
            form.timezone.choices = [*_ZONES, SelectChoice(school.timezone)]
        if form.validate_on_submit() and attempt(lambda ctx: _save(ctx, school_id, form), form):
            flash(gettext("已保存"), "success")
            return redirect(self.get_url(".edit", school_id=school_id), code=303)
        return self._form_page(form, school)

    @expose(f"/<{ROW}:school_id>/suspend/", methods=("GET", "POST"))
    def suspend(self, school_id: int) -> ResponseReturnValue:
        """Suspend the school (「暂停」) after explaining the effect and asking for the reason."""
        school = get_school(request_context(), school_id=school_id)
        form = SuspendForm()
        if form.validate_on_submit() and attempt(
            lambda ctx: suspend_school(ctx, school_id=school_id, reason=form.reason.data or ""), form
        ):
            flash(gettext("已暂停，该校用户打开网站时会看到说明"), "success")
            return redirect(self.get_url(".edit", school_id=school_id), code=303)
        page = self.render("manage/schools/suspend.html", edited=school, form=form)
        return page, 422 if form.is_submitted() else 200

    @expose(f"/<{ROW}:school_id>/quotas", methods=("POST",))
    def quotas(self, school_id: int) -> ResponseReturnValue:
        """Save the quotas (「保存」 of 配额)."""
        school = get_school(request_context(), school_id=school_id)
        form = QuotaForm()
        if form.validate_on_submit() and attempt(
            lambda ctx: set_quotas(
                ctx,
                school_id=school_id,
                most_people=form.most_people.data,
                most_courses=form.most_courses.data,
            ),
            form,
        ):
            flash(gettext("已保存配额"), "success")
            return redirect(self.get_url(".edit", school_id=school_id), code=303)
        return self._form_page(SchoolForm(formdata=None, obj=school), school, form)

    @expose(f"/<{ROW}:school_id>/resume", methods=("POST",))
    def resume(self, school_id: int) -> ResponseReturnValue:
        """Resume the suspended school (「恢复使用」)."""
        if attempt(lambda ctx: resume_school(ctx, school_id=school_id)):
            flash(gettext("已恢复使用"), "success")
        return redirect(self.get_url(".edit", school_id=school_id), code=303)

    @expose("/slug")
    def slug(self) -> str:
        """Return whether a label is available: the changing part under its field."""
        arguments = request.args
        verdict = check_slug(
            request_context(),
            slug=arguments.get("slug", "")[:80],
            name=(arguments.get("short_name") or arguments.get("name", ""))[:64],
            unit_code=arguments.get("unit_code", "")[:16],
            school_id=number("school_id"),
        )
        return self.render("manage/schools/slug.html", verdict=verdict, marked=False)

    @expose("/preview", methods=("POST",))
    def preview(self) -> str:
        """Return a preview of logo and colour, with the logo as it would be stored."""
        form = SchoolForm()
        try:
            content = picture_of(form.logo)
            logo = clean_image(content, size=LOGO_SIZE, field="logo") if content is not None else None
            theme = accent_theme(parse_accent(form.accent.data or ""))
        except Invalid as refusal:
            return self.render("manage/schools/preview.html", problem=translated(refusal.message))
        picture = "data:image/webp;base64," + base64.b64encode(logo.content).decode() if logo else None
        title = form.short_name.data or form.name.data
        return self.render(
            "manage/schools/preview.html", problem=None, colours=theme, picture=picture, title=title
        )

    def _form_page(
        self, form: SchoolForm, school: SchoolInfo | None, quota: QuotaForm | None = None
    ) -> ResponseReturnValue:
        ctx = request_context()
        used = school_usage(ctx, school_id=school.id) if school else None
        verdict: SlugVerdict | None = None
        if form.is_submitted() and quota is None:
            verdict = check_slug(
                ctx,
                slug=form.slug.data or "",
                name=form.short_name.data or form.name.data or "",
                unit_code=form.unit_code.data or "",
                school_id=school.id if school else None,
            )
        page = self.render(
            "manage/schools/form.html",
            form=form,
            edited=school,
            checklist=school_checklist(ctx, school) if school else None,
            used=used,
            quota=quota or QuotaForm(formdata=None, obj=used),
            suspended=last_suspension(ctx, school_id=school.id) if school else None,
            verdict=verdict,
            colours=accent_theme(school.accent if school else DEFAULT_ACCENT),
            accepted=ACCEPTED,
        )
        return page, 422 if form.is_submitted() else 200


def _values(form: SchoolForm) -> dict[str, Any]:
    return {name: value or "" for name, value in typed_values(form).items() if name != "logo"}


def _save(ctx: Context, school_id: int, form: SchoolForm) -> SchoolInfo:
    saved = edit_school(ctx, school_id=school_id, **_values(form))
    logo = picture_of(form.logo)
    return set_logo(ctx, school_id=school_id, content=logo) if logo is not None else saved


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Schools(
            lazy_gettext("学校管理"),
            category=ALLIANCE,
            endpoint="schools",
            url="schools",
            menu_icon_value="building",
        )
    ]
