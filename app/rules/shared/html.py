"""Rich text of courses: the allowed markup, and its conversion from and to plain paragraphs."""

from __future__ import annotations

import html
import re

import nh3

#: Structure and emphasis only: no pictures or frames (nothing is loaded from elsewhere), no classes, no styles.
_TAGS = {
    "p", "br", "h3", "h4", "ul", "ol", "li", "strong", "b", "em", "i", "u", "s", "sub", "sup", "blockquote",
    "hr", "table", "thead", "tbody", "tr", "th", "td", "a",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_SCHEMES = {"http", "https", "mailto"}

_ABSOLUTE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>")
_PARAGRAPHS_ONLY = re.compile(r"(?:<p>(?:(?!<(?!br ?/?>))[\s\S])*?</p>\s*)*")


def clean_html(markup: str) -> str:
    """Return the markup with only the allowed tags; scripts and styles are removed with their content.

    Links do not reveal the page that they were on (``rel``).
    """
    return nh3.clean(
        markup,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        attribute_filter=_absolute_only,
        link_rel="noopener noreferrer nofollow",
    ).strip()


def _absolute_only(_tag: str, attribute: str, value: str) -> str | None:
    """Return the value, or ``None`` for a link that is not absolute, such as ``//host`` and ``/path``."""
    return value if attribute != "href" or _ABSOLUTE.match(value) else None


def rich_text(text: str) -> str:
    """Return a person's text as safe markup; empty lines separate the paragraphs of plain text."""
    text = text.replace("\r\n", "\n").strip()
    if _MARKUP.search(text):
        return clean_html(text)
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "\n".join(
        "<p>" + "<br>".join(html.escape(part, quote=False).split("\n")) + "</p>" for part in parts
    )


def editable_text(markup: str) -> str:
    """Return markup as text for a form: paragraphs become plain text, richer markup stays as it is."""
    if not _PARAGRAPHS_ONLY.fullmatch(markup):
        return markup
    parts = re.findall(r"<p>([\s\S]*?)</p>", markup)
    plain = "\n\n".join(re.sub(r"<br ?/?>", "\n", part) for part in parts)
    text = html.unescape(plain)
    # text that would be read as markup the next time stays escaped
    return markup if _MARKUP.search(text) else text
