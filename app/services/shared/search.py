"""How lists are searched, wherever there is a search box."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, or_, true

from app.models import Course, School, User
from app.rules.shared.cells import without_marks
from app.rules.shared.search_words import search_words

#: Between the texts of a row; no word holds it, as it is a blank to ``str.split``.
_SEPARATOR = "\x1f"


def words(
    text: str,
    *columns: Any,
    also: Callable[[tuple[str, ...]], Iterable[ColumnElement[bool]]] | None = None,
) -> ColumnElement[bool]:
    """Rows in which all words of a search are found, each in one of the columns; all rows when there are none.

    Args:
        text: what was typed; see ``search_words``. Upper and lower case are the same.
        columns: texts; NULL holds nothing.
        also: further conditions under which a word, given in its spellings, counts as found.
    """
    # One look at all texts of a row costs a third of one look at each.
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
    """Courses whose title, teachers, source, discipline, subject or code hold the text, or whose title sounds like it.

    Args:
        text: what was typed; pinyin of the title in full, or the beginning of its initials. Blank for all.
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
    """Schools whose name holds the text or sounds like it, or whose unit code or host label begins with it.

    Args:
        text: what was typed; blank for all.
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
    """People whose name holds the text or sounds like it; blank for all.

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
    """What was typed as one phrase, and the same as pinyin is kept: small letters without blanks."""
    phrase = " ".join(without_marks(text).split())
    return phrase, phrase.lower().replace(" ", "")


def _sounds_like(compact: str, pinyin: Any, initials: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return pinyin.contains(compact, autoescape=True), initials.startswith(compact, autoescape=True)
