"""我的信息: the school's data about a person, the fields that the person may change, and a copy of all their data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import login_required

from app.context import Context
from app.errors import Invalid, Message, TooManyTries, msg
from app.services.me import changes as own_changes
from app.services.me import email_confirmation as own_email
from app.services.me.export import bundle_own_data
from app.services.me.information import get_my_information
from app.services.media.portraits import PHOTO_BYTES
from app.uow import unit_of_work
from app.web.auth.views import redirect_to
from app.web.me.email_signatures import link_of
from app.web.me.export_page import readable_page
from app.web.shared.context import request_context
from app.web.shared.downloads import give_download
from app.web.shared.hosts import school_only
from app.web.shared.i18n import chosen_language

blueprint = Blueprint("me", __name__, url_prefix="/me")
Result = TypeVar("Result")


@blueprint.get("")
@school_only
@login_required
def show() -> Response:
    """Show the person's own data, with masked numbers."""
    return _page()


@blueprint.post("")
@school_only
@login_required
def change() -> Response:
    """Save the nickname, the phone and, for staff, the introduction."""
    form = request.form
    typed = {name: form.get(name, "") for name in ("nickname", "mobile", "bio")}

    def work(ctx: Context) -> list[str]:
        return own_changes.change_own_information(
            ctx, nickname=typed["nickname"], mobile=typed["mobile"], bio=form.get("bio")
        )

    return _done(work, gettext("已保存"), typed)


@blueprint.post("/photo")
@school_only
@login_required
def photo() -> Response:
    """Save a new photo."""
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return _page({"photo": msg("请先选择照片")}, status=422)
    content = sent.stream.read(PHOTO_BYTES + 1)
    return _done(lambda ctx: own_changes.change_own_photo(ctx, content=content), gettext("照片已更换"))


@blueprint.post("/photo/remove")
@school_only
@login_required
def remove_photo() -> Response:
    """Remove the photo."""
    return _done(own_changes.remove_own_photo, gettext("照片已删除"))


@blueprint.get("/photo-<string(maxlength=16):sha>.webp")
@school_only
@login_required
def own_photo(sha: str) -> Response:
    """Send the person's own photo, to that person only."""
    response = make_response(own_changes.own_photo(request_context(), sha=sha))
    response.content_type = "image/webp"
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.post("/numbers")
@school_only
@login_required
def numbers() -> Response:
    """Show the page with the person's own numbers in full, this once (「显示」)."""
    with unit_of_work(request_context()) as ctx:
        shown = own_changes.reveal_own_numbers(ctx)
    return _page(shown=shown)


@blueprint.post("/email")
@school_only
@login_required
def email() -> Response:
    """Request a new mail address, to which a link is sent."""
    typed = {"email": request.form.get("email", "")}

    def work(ctx: Context) -> str:
        return own_email.ask_for_email(
            ctx, email=typed["email"], link_for=link_of, language=chosen_language()
        )

    return _done(work, gettext("确认邮件已发出，请在 48 小时内打开邮件中的链接"), typed)


@blueprint.post("/email/forget")
@school_only
@login_required
def forget_email() -> Response:
    """Cancel the mail address that awaits confirmation."""
    return _done(own_email.forget_pending_email, gettext("已取消更换邮箱"))


@blueprint.post("/data.zip")
@school_only
@login_required
def data() -> Response:
    """Send all data that is stored about the person."""
    with unit_of_work(request_context()) as ctx:
        bundle = bundle_own_data(ctx, readable=readable_page)
    return give_download(bundle.content, bundle.filename, "application/zip")


def _done(work: Callable[[Context], Result], said: str, typed: Mapping[str, str] | None = None) -> Response:
    """Run the use case and show the page again, or show the error at its field."""
    try:
        with unit_of_work(request_context()) as ctx:
            changed = work(ctx)
    except (Invalid, TooManyTries) as refusal:
        field = refusal.field if isinstance(refusal, Invalid) else "email"
        status = 422 if isinstance(refusal, Invalid) else 429
        return _page({field: refusal.message}, typed, status=status)
    if changed:
        flash(said, "success")
    return redirect_to(url_for("me.show"))


def _page(
    errors: Mapping[str, Message] | None = None,
    typed: Mapping[str, str] | None = None,
    *,
    shown: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    information = get_my_information(request_context())
    page = render_template(
        "me/information.html",
        me=information,
        errors=errors or {},
        typed=typed or {},
        shown=shown or {},
        mails_kept=current_app.config["MAIL_FOLDER"] is not None,
    )
    return make_response(page, status)
