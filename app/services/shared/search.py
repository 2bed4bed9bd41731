"""Word search in lists, for every search box."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, or_, true

from app.models import Course, School, User
from app.rules.shared.cells import without_marks
from app.rules.shared.search_words import search_words

#: Separates the texts of a row; no word contains it, because ``str.split`` treats it as a blank.
_SEPARATOR = "\x1f"


def words(
    text: str,
    *columns: Any,
    also: Callable[[tuple[str, ...]], Iterable[ColumnElement[bool]]] | None = None,
) -> ColumnElement[bool]:
    """Return the condition that every word of a search is found in one of the columns; true without words.

    Args:
        text: as typed; see ``search_words``. Upper and lower case are the same.
        columns: texts; NULL contains nothing.
        also: further conditions under which a word, given in its spellings, counts as found.
    """
    # Searching all texts of a row at once costs a third of searching each.
    texts = func.concat_ws(_SEPARATOR, *columns, type_=String)
    found = [
        or_(
            *(texts.icontains(spelling, autoescape=True) for spelling in spellings),
            *(also(spellings) if also else ()),
        )
        for spellings in search_words(text)
    ]
    return and_(true(), *found)


def course_matches(text: str) -> ColumnElement[bool]:
    """Return the condition that a course matches the text.

    Its title, teachers, source, discipline, subject or code contain the text, or its title sounds like it.

    Args:
        text: as typed; pinyin of the title in full, or the beginning of its initials. Blank matches all.
    """
    phrase, compact = _phrase(text)
    if not phrase:
        return true()
    texts = (Course.title, Course.teachers, Course.source_name, Course.category, Course.subject)
    return or_(
        *(column.icontains(phrase, autoescape=True) for column in texts),
        Course.code.istartswith(phrase, autoescape=True),
        *_sounds_like(compact, Course.title_pinyin, Course.title_initials),
    )


def school_matches(text: str) -> ColumnElement[bool]:
    """Return the condition that a school matches the text.

    Its name contains the text or sounds like it, or its unit code or host label begins with it.

    Args:
        text: as typed; blank matches all.
    """
    phrase, compact = _phrase(text)
    if not phrase:
        return true()
    return or_(
        School.name.icontains(phrase, autoescape=True),
        School.short_name.icontains(phrase, autoescape=True),
        School.unit_code.startswith(compact, autoescape=True),
        School.slug.startswith(compact, autoescape=True),
        *_sounds_like(compact, School.name_pinyin, School.name_initials),
    )


def person_matches(text: str, *, whole_pinyin: bool = False) -> ColumnElement[bool]:
    """Return the condition that a person's name contains the text or sounds like it; blank matches all.

    Args:
        whole_pinyin: pinyin or initials must be typed in full: where visitors search for something else, too, a
            syllable would find half of the people.
    """
    phrase, compact = _phrase(text)
    if not phrase:
        return true()
    named = User.real_name.icontains(phrase, autoescape=True)
    if whole_pinyin:
        return or_(named, User.name_pinyin == compact, User.name_initials == compact)
    return or_(named, *_sounds_like(compact, User.name_pinyin, User.name_initials))


def _phrase(text: str) -> tuple[str, str]:
    """Return the typed text as one phrase, and in the form in which pinyin is stored: lower case without blanks."""
    phrase = " ".join(without_marks(text).split())
    return phrase, phrase.lower().replace(" ", "")


def _sounds_like(compact: str, pinyin: Any, initials: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return pinyin.contains(compact, autoescape=True), initials.startswith(compact, autoescape=True)
