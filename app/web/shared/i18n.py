"""Language: Chinese first; English when the person chose it (cookie ``lang``)."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Flask, Response, has_request_context, redirect, request
from flask_babel import get_locale, gettext

from app.errors import Message
from app.extensions import babel, csrf
from app.web.shared.safe_next import safe_next

#: Cookie value -> Babel's locale.
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_ENGLISH_MARKS = {"、": ", ", "；": "; ", "：": ": "}
_YEAR = 365 * 24 * 3600

blueprint = Blueprint("language", __name__)


def chosen_language() -> str:
    """``zh`` or ``en``, as the person chose."""
    language = request.cookies.get("lang", "zh") if has_request_context() else "zh"
    return language if language in LOCALES else "zh"


def translated(message: Message) -> str:
    """A domain message in the reader's language."""
    return message.worded(gettext, _mark("、"))


def joined(texts: Iterable[str], between: str = "、") -> str:
    """Several texts as one, parted by the Chinese mark ``between`` or by what English has for it."""
    return _mark(between).join(texts)


def _mark(chinese: str) -> str:
    return _ENGLISH_MARKS[chinese] if get_locale().language == "en" else chinese


# Choosing a language changes nothing but the cookie and must work on every page, also where no form token was made.
@blueprint.post("/language")
@csrf.exempt
def choose() -> Response:
    """Remember the language and go back."""
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
