"""The language of a request: Chinese by default, English if the person chose it (cookie ``lang``)."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Flask, Response, has_request_context, redirect, request
from flask_babel import get_locale, gettext

from app.errors import Message
from app.extensions import babel, csrf
from app.web.shared.safe_next import safe_next

#: Maps the cookie's value to Babel's locale.
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_ENGLISH_MARKS = {"、": ", ", "；": "; ", "：": ": "}
_YEAR = 365 * 24 * 3600

blueprint = Blueprint("language", __name__)


def chosen_language() -> str:
    """Return ``zh`` or ``en``, as the person chose."""
    language = request.cookies.get("lang", "zh") if has_request_context() else "zh"
    return language if language in LOCALES else "zh"


def translated(message: Message) -> str:
    """Return a domain message in the reader's language."""
    return message.worded(gettext, _mark("、"))


def joined(texts: Iterable[str], between: str = "、") -> str:
    """Return several texts as one, separated by the Chinese sign ``between`` or its English counterpart."""
    return _mark(between).join(texts)


def _mark(chinese: str) -> str:
    return _ENGLISH_MARKS[chinese] if get_locale().language == "en" else chinese


# The choice of a language changes only the cookie and must work on every page, also without a form token.
@blueprint.post("/language")
@csrf.exempt
def choose() -> Response:
    """Store the language and go back."""
    language = request.form.get("locale", "zh")
    response = redirect(safe_next(request.form.get("next")) or "/", code=303)
    if language in LOCALES:
        response.set_cookie(
            "lang", language, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response  # type: ignore[return-value]


def install(app: Flask) -> None:
    """Bind Babel to the choice."""
    babel.init_app(
        app,
        default_locale="zh_Hans_CN",
        default_translation_directories="translations",
        default_timezone="UTC",
        locale_selector=lambda: LOCALES[chosen_language()],
    )
