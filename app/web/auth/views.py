"""Pages: logging in and out, the change of password, and on the alliance's host the search for one's school."""

from __future__ import annotations

import re
from typing import cast

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user, login_required
from flask_wtf.csrf import CSRFError
from redis import Redis

from app.errors import Invalid, Message, TooManyTries, msg
from app.services.auth.consents import accept_consent, has_consented
from app.services.auth.login import LOGIN_FAILED, Account, log_in
from app.services.auth.passwords import WeakPassword, change_password
from app.services.schools.open_and_edit import list_members
from app.services.schools.settings import get_settings
from app.uow import unit_of_work
from app.web.auth import captcha, user_session
from app.web.auth.device import known_device, remember_device
from app.web.auth.redis_limits import RedisLoginLimits
from app.web.auth.server_session import revoke_user
from app.web.shared.context import request_context, request_school
from app.web.shared.hosts import apex_only
from app.web.shared.i18n import joined, translated
from app.web.shared.listing import address, render_list, text_argument, wants_fragment
from app.web.shared.safe_next import safe_next
from app.web.shared.templating import school_address
from tenants.registry import SchoolInfo

blueprint = Blueprint("auth", __name__)
blueprint.before_app_request(user_session.hold_until_changed)
blueprint.record(lambda _state: user_session.install())

#: The number of schools that the finder shows at once.
_FOUND_MOST = 8


@blueprint.get("/login")
def login() -> Response:
    """Show the login form on a school's host; on the alliance's host, show the search for the school."""
    if current_user.is_authenticated:
        return _onward()
    if not request_school().is_alliance:
        return _form(account=request.args.get("account", ""))
    if safe_next(request.args.get("next")):
        return redirect_to(url_for("auth.secretariat", next=request.args["next"]))
    return _find_school()


@blueprint.get("/login/secretariat")
@apex_only
def secretariat() -> Response:
    """Show the secretariat's login form, on the alliance's host."""
    return _onward() if current_user.is_authenticated else _form(account="")


@blueprint.post("/login")
def enter() -> Response:
    """Check captcha, limits and password in this order.

    All failures get the same answer; an empty form does not count as an attempt.
    """
    account, secret = request.form.get("account", "").strip(), request.form.get("password", "")
    if not account or not secret:
        return _form(account=account, error=msg("请输入账号和密码"), status=422)
    if captcha.is_asked() and not captcha.is_solved(request.form.get("captcha", "")):
        return _form(account=account, captcha_error=msg("验证码不正确或已过期，请重新输入"), status=422)
    try:
        found, consented = _log_in(account, secret)
    except TooManyTries as refusal:
        response = _form(account=account, error=refusal.message, status=429)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    if found is None:
        return _form(account=account, error=LOGIN_FAILED, status=422)
    user_session.begin_session(found, must_consent=not consented)
    wanted = safe_next(request.form.get("next"))
    response = redirect_to(url_for("auth.password", next=wanted)) if found.must_change_password else _onward()
    remember_device(response, request_school().id, found.id)
    return response


@blueprint.post("/logout")
def logout() -> Response:
    """End the session."""
    session.clear()
    return redirect_to("/")


@blueprint.get("/password")
@login_required
def password() -> Response:
    """Show the form for a new password; a session with an initial password sees no other page."""
    return _password_form({})


@blueprint.post("/password")
@login_required
def change() -> Response:
    """Change the password, end the account's other sessions and continue this one."""
    new = request.form.get("new_password", "")
    consents = request.form.get("consent") == "1"
    if user_session.must_consent() and not consents:
        return _password_form({"consent": [msg("请先阅读并同意个人信息处理告知")]})
    if new != request.form.get("repeated_password", ""):
        return _password_form({"repeated_password": [msg("两次输入的新密码不一致")]})
    try:
        with unit_of_work(request_context()) as ctx:
            stored = change_password(
                ctx, current=request.form.get("current_password", ""), new=new, limits=_limits()
            )
            if user_session.must_consent():
                accept_consent(ctx)
    except WeakPassword as refusal:
        return _password_form({"new_password": refusal.problems})
    except Invalid as refusal:
        return _password_form({refusal.field: [refusal.message]})
    except TooManyTries as refusal:
        response = _password_form({"current_password": [refusal.message]}, status=429)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    revoke_user(request_school().id, current_user.id)
    user_session.go_on_with(stored)
    user_session.note_consent()
    flash(gettext("密码已修改，其他设备上的登录已退出"), "success")
    return _onward()


@blueprint.errorhandler(CSRFError)
def stale(_: CSRFError) -> Response:
    """Show a form that outlived its session again, instead of an error."""
    expired = msg("页面已过期，请重新填写")
    if request.endpoint == "auth.enter":
        return _form(account=request.form.get("account", "").strip(), error=expired, status=400)
    if not current_user.is_authenticated:
        flash(translated(expired), "warning")
        return redirect_to(url_for("auth.login"))
    return make_response(render_template("errors/400.html", message=translated(expired)), 400)


def redirect_to(target: str) -> Response:
    """Return an answer that makes the browser fetch another page."""
    return make_response(redirect(target, code=303))


def _log_in(account: str, typed: str) -> tuple[Account | None, bool]:
    """Return the account, and whether its person has accepted the consent text.

    The alliance's staff are not asked for consent.
    """
    with unit_of_work(request_context()) as ctx:
        found = log_in(
            ctx, account=account, password=typed, limits=_limits(), device=known_device(request_school().id)
        )
        if found is None or ctx.school.is_alliance:
            return found, True
        return found, has_consented(ctx, user_id=found.id)


def _onward() -> Response:
    """Redirect to the page that the person wanted, else to the student side or the secretariat's management side."""
    wanted = safe_next(request.form.get("next") or request.args.get("next"))
    return redirect_to(wanted or ("/manage/" if request_school().is_alliance else "/"))


def _form(
    *, account: str, error: Message | None = None, captcha_error: Message | None = None, status: int = 200
) -> Response:
    page = render_template(
        "auth/login.html",
        account=account,
        error=error,
        captcha_error=translated(captcha_error) if captcha_error else None,
        with_captcha=captcha.is_asked(),
        contact=get_settings(request_context()).help_contact,
        next=safe_next(request.form.get("next") or request.args.get("next")),
    )
    return make_response(page, status)


def _password_form(errors: dict[str, list[Message]], status: int | None = None) -> Response:
    page = render_template(
        "auth/password.html",
        errors={
            field: joined((translated(one) for one in problems), "；") for field, problems in errors.items()
        },
        first=user_session.must_change_password(),
        with_consent=user_session.must_consent(),
        consented=request.form.get("consent") == "1",
        next=safe_next(request.form.get("next") or request.args.get("next")),
    )
    return make_response(page, status or (422 if errors else 200))


def _find_school() -> Response:
    """Show the schools that match the text; a submitted text that names one school leads on to its login."""
    q = text_argument("q")
    schools, account = _schools_for(q), q if _is_student_no(q) else None
    response = render_list(
        "auth/find_school.html",
        "auth/_schools.html",
        canonical=address("auth.login", q=q),
        q=q,
        schools=schools,
        account=account,
        sent_empty=bool(request.args.get("go")) and not q,
    )
    # The box is also on the home page, whose address stays as it is during typing.
    response.headers.pop("HX-Replace-Url", None)
    if wants_fragment() and request.args.get("go") and len(schools) == 1:
        # The script goes there; a form's answer may not redirect to another host (form-action of our CSP).
        target = school_address(schools[0].slug) + url_for("auth.login", account=account)
        response.headers["HX-Redirect"] = target
    return response


def _is_student_no(text: str) -> bool:
    """Return whether the text is a 学号: the unit code, five digits, and more."""
    return re.match(r"[0-9]{5}[0-9A-Za-z]", text) is not None


def _schools_for(text: str) -> list[SchoolInfo]:
    if not text:
        return []
    if not _is_student_no(text):
        return list_members(request_context(), text)[:_FOUND_MOST]
    return [school for school in list_members(request_context(), text[:5]) if school.unit_code == text[:5]]


def _limits() -> RedisLoginLimits:
    return RedisLoginLimits(cast(Redis, current_app.extensions["spoc_redis"]), request_school().id)
