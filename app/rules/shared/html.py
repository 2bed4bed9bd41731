"""Rich text of courses: what is let through, and plain paragraphs made into it."""

from __future__ import annotations

import html
import re

import nh3

#: Structure and emphasis only: no pictures and frames (nothing comes from elsewhere), no classes, no styles.
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
    """Markup of which only the allow-list is left; scripts and styles go with their content.

    Links open without telling where they came from (``rel``).
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
    """A link says in full where it leads: ``//host`` and ``/path`` do not."""
    return value if attribute != "href" or _ABSOLUTE.match(value) else None


def rich_text(typed: str) -> str:
    """What a person typed as safe markup: plain text becomes paragraphs (an empty line parts them)."""
    text = typed.replace("\r\n", "\n").strip()
    if _MARKUP.search(text):
        return clean_html(text)
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "\n".join(
        "<p>" + "<br>".join(html.escape(part, quote=False).split("\n")) + "</p>" for part in parts
    )


def editable_text(markup: str) -> str:
    """The other way round, for the form: paragraphs as plain text, richer markup as it is."""
    if not _PARAGRAPHS_ONLY.fullmatch(markup):
        return markup
    parts = re.findall(r"<p>([\s\S]*?)</p>", markup)
    plain = "\n\n".join(re.sub(r"<br ?/?>", "\n", part) for part in parts)
    text = html.unescape(plain)
    # Text that would read as markup the next time stays escaped.
    return markup if _MARKUP.search(text) else text
