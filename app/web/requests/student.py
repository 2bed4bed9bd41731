"""学籍信息修改申请: a student asks for changes to their record, follows the requests and withdraws them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user, login_required

from app.errors import Conflict, Invalid, InvalidFields, Message
from app.rules.imports.students import LABELS
from app.rules.requests.change_requests import REASON_LENGTH, REQUESTABLE
from app.services.me.information import get_my_information
from app.services.requests import student as change_requests
from app.services.requests.proof_files import FILE_BYTES, MOST_FILES, SentFile
from app.uow import unit_of_work
from app.web.auth.views import redirect_to
from app.web.shared.context import request_context
from app.web.shared.downloads import give_file
from app.web.shared.hosts import ROW, school_only
from app.web.shared.i18n import translated

blueprint = Blueprint("own_requests", __name__, url_prefix="/me/requests")


@blueprint.get("")
@school_only
@login_required
def index() -> str:
    """Show the student's requests, latest first."""
    _students_only()
    found = change_requests.list_own_requests(request_context())
    return render_template("requests/list.html", requests=found, labels=LABELS)


@blueprint.get("/new")
@school_only
@login_required
def new() -> Response:
    """Show the form: the present values beside the requested ones."""
    _students_only()
    if get_my_information(request_context()).request_open:
        flash(gettext("您已有一个申请正在审核，请等待结果，或先撤回它"), "warning")
        return redirect_to(url_for("own_requests.index"))
    return _form({}, {})


@blueprint.post("/new")
@school_only
@login_required
def submit() -> Response:
    """Send the request."""
    _students_only()
    typed = {name: request.form.get(name, "") for name in (*REQUESTABLE, "reason")}
    # One file more than allowed suffices to refuse; each is read only far enough to see whether it is too large.
    sent = [file for file in request.files.getlist("files") if file.filename][: MOST_FILES + 1]
    files = [SentFile(file.filename or "", file.stream.read(FILE_BYTES + 1)) for file in sent]
    try:
        with unit_of_work(request_context()) as ctx:
            change_requests.submit_request(
                ctx,
                typed={name: typed[name] for name in REQUESTABLE},
                reason=typed["reason"],
                files=files,
            )
    except InvalidFields as refusal:
        return _form(typed, refusal.problems)
    except Invalid as refusal:
        return _form(typed, {refusal.field: refusal.message})
    except Conflict as refusal:
        flash(translated(refusal.message), "warning")
        return redirect_to(url_for("own_requests.index"))
    flash(gettext("申请已提交，审核结果会在「消息」中告诉您"), "success")
    return redirect_to(url_for("own_requests.index"))


@blueprint.post(f"/<{ROW}:request_id>/withdraw")
@school_only
@login_required
def withdraw(request_id: int) -> Response:
    """Withdraw the request."""
    try:
        with unit_of_work(request_context()) as ctx:
            change_requests.withdraw_request(ctx, request_id=request_id)
        flash(gettext("申请已撤回"), "success")
    except Conflict as refusal:
        flash(translated(refusal.message), "warning")
    return redirect_to(url_for("own_requests.index"))


@blueprint.get(f"/files/<{ROW}:file_id>")
@school_only
@login_required
def file(file_id: int) -> Response:
    """Send back a file that the student has uploaded."""
    return give_file(change_requests.open_own_file(request_context(), file_id=file_id))


def _students_only() -> None:
    if current_user.kind != "student":
        abort(404)


def _form(typed: Mapping[str, str], errors: Mapping[str, Message]) -> Response:
    ctx = request_context()
    page = render_template(
        "requests/form.html",
        me=get_my_information(ctx),
        classes=change_requests.classes_to_choose(ctx),
        labels=LABELS,
        typed=typed,
        errors=errors,
        most_files=MOST_FILES,
        longest=REASON_LENGTH,
    )
    return make_response(page, 422 if errors else 200)
