"""The differences between a revision and the live version, field by field, for the reviewer."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Message
from app.rules.courses.assessment import sentences
from app.rules.courses.fields import FIELD_LABELS, RICH_LENGTHS, CourseContent
from app.rules.courses.text_diff import Line, compare, lines_of_markup
from app.services.courses.drafts import DraftView
from app.web.shared.i18n import translated


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs.

    Args:
        name: the name of the field.
        label: its label on the tabs.
        lines: the old and the new text, compared; empty for the cover.
        form_only: whether the words are the same and only their formatting (bold, lists, …) differs.
    """

    name: str
    label: Message
    lines: list[Line]
    form_only: bool


def changes_of(view: DraftView) -> list[FieldChange]:
    """Return the changed fields in the order of the tabs; none for a course that was never published."""
    if view.live is None:
        return []
    return [_change(name, view.live, view.content) for name in view.changed]


def _change(name: str, old: CourseContent, new: CourseContent) -> FieldChange:
    if name == "cover":
        return FieldChange(name, FIELD_LABELS[name], [], form_only=False)
    before, after = _lines(old, name), _lines(new, name)
    return FieldChange(name, FIELD_LABELS[name], compare(before, after), form_only=before == after)


def _lines(content: CourseContent, name: str) -> list[str]:
    """Return a field's value as readable lines."""
    value = getattr(content, name)
    if name == "assessment":
        return [translated(message) for message in sentences(value)] if value is not None else []
    if name == "tags":
        return list(value)
    if value is None or value == "":
        return []
    if name == "credit":
        return [f"{float(value):g}"]
    return lines_of_markup(value) if name in RICH_LENGTHS else str(value).splitlines()
