"""Rendering of mails: subject, plain text and HTML, in the receiver's language.

They have no styles and no pictures: mail programs drop most of them, and a short text needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale, get_translations
from markupsafe import Markup

from app.errors import Message, msg
from app.services.messages.mail_port import MailContent, Worded
from app.web.shared.i18n import LOCALES, translated
from app.web.shared.templating import school_address
from tenants.registry import SchoolInfo

#: Maps each template to its subject; a notice brings its own.
SUBJECTS: Mapping[str, Message | None] = {
    "confirm_email": msg("请确认您的邮箱"),
    "notice": None,
    "password_reset_done": msg("您的密码已被重置"),
}
_ABOUT_A_LINK = ("confirm_email",)


def word_mail(school: SchoolInfo, content: MailContent, *, hide_link: bool = False) -> Worded:
    """Render a mail; needs an application context.

    Args:
        hide_link: show the school's address in place of a link that is a key, for readers other than the receiver.

    Raises:
        KeyError: there is no such template, or a notice without subject or body.
        ValueError: the mail needs a link, and it is missing or leads away from the school.
    """
    params = dict(content.params)
    fixed = SUBJECTS[content.template]
    link = home_of(school) if hide_link else link_of(school, content)
    if link is None and content.template in _ABOUT_A_LINK:
        raise ValueError(content.template)
    with force_locale(LOCALES[content.language]):
        values: dict[str, Any] = {
            "name": params.get("name"),
            "school": school,
            "address": home_of(school),
            "link": link,
            "lang": LOCALES[content.language].replace("_", "-"),
            "subject": subject_of(content),
            "body": translated(Message.from_json(params["body"])) if fixed is None else None,
        }
        return Worded(
            subject=values["subject"],
            text=_render(f"mail/{content.template}.txt", values, _plain).strip() + "\n",
            html=_render(f"mail/{content.template}.html", values, _marked),
        )


def read_mail(school: SchoolInfo, content: MailContent, *, hide_link: bool = False) -> Worded:
    """Render a mail for a page; a mail that cannot be rendered is shown with its name only."""
    try:
        return word_mail(school, content, hide_link=hide_link)
    except (LookupError, TypeError, ValueError):
        return Worded(subject=content.template, text="", html="")


def title_of(content: MailContent) -> str:
    """Return the subject in the language of a list's reader, or the name of a mail that cannot be rendered."""
    try:
        return subject_of(content)
    except (LookupError, TypeError, ValueError):
        return content.template


def subject_of(content: MailContent) -> str:
    """Return the subject in the language of the current request, as one line.

    Raises:
        KeyError: there is no such template, or a notice without subject.
    """
    return _line(translated(SUBJECTS[content.template] or Message.from_json(content.params["subject"])))


def home_of(school: SchoolInfo) -> str:
    """Return the address of a tenant's own host."""
    return school_address("" if school.is_alliance else school.slug)


def link_of(school: SchoolInfo, content: MailContent) -> str | None:
    """Return the full address that a mail leads to, on the school's host."""
    link, home = content.params.get("link"), home_of(school)
    if not link:
        return None
    if str(link).startswith("/") and not str(link).startswith(("//", "/\\")):
        return home + str(link)
    return str(link) if urlsplit(str(link))[:2] == urlsplit(home)[:2] else None


def _render(name: str, values: Mapping[str, Any], translate: Callable[..., str]) -> str:
    # Flask's render_template is not used: it adds values of the request, and the mail's reader is another person.
    return current_app.jinja_env.get_template(name).render(values, _=translate)


def _plain(text: str, /, **values: object) -> str:
    return str(get_translations().gettext(text)) % values


def _marked(text: str, /, **values: object) -> str:
    return Markup(get_translations().gettext(text)) % values  # noqa: S704 - our own texts; values are escaped


def _line(text: str) -> str:
    """Return the text as one line: a line break in a header would begin another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
