"""Errors of the domain, and their translatable messages.

They do not depend on the web; each caller (student side, management side, worker, shell) handles ``DomainError`` once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, Union

#: A value of a message: a text, a number, or another message, which is shown in the reader's language.
Value: TypeAlias = Union[str, int, "Message"]
#: The parameter of a placeholder: a value, or a list, whose items each language separates in its own way.
Param: TypeAlias = Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for people, separate from its parameters so that it can be shown in the reader's language.

    Args:
        text: the Chinese msgid, with placeholders such as ``%(name)s``.
        params: the values of the placeholders. A list is a tuple, never a text with separators, since a course's title
            may contain the same separators.
    """

    text: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.worded(str, "、")

    def worded(self, translate: Callable[[str], str], between: str) -> str:
        """Return the sentence in a language.

        Args:
            translate: returns the translation of a Chinese text.
            between: the separator of the items of a list.
        """
        text = translate(self.text)
        if not self.params:
            return text

        def shown(value: Param) -> str:
            if isinstance(value, tuple):
                return between.join(map(shown, value))
            return value.worded(translate, between) if isinstance(value, Message) else str(value)

        return text % {name: shown(value) for name, value in self.params.items()}

    def as_json(self) -> dict[str, object]:
        """Return the message as plain data, for a JSONB column; ``from_json`` reads it back."""
        return {"text": self.text, "params": {name: _plain(value) for name, value in self.params.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Message:
        """Read what ``as_json`` wrote.

        Raises:
            KeyError: the data is not a message.
        """
        params = data.get("params") or {}
        if not isinstance(params, Mapping):
            raise KeyError("params")
        return cls(str(data["text"]), {name: _read_param(value) for name, value in params.items()})


def _read_param(data: object) -> Param:
    """Read a parameter of a message from JSON, in which a tuple has become a list.

    Raises:
        KeyError: the data is not a parameter.
    """
    return tuple(map(_read_value, data)) if isinstance(data, list) else _read_value(data)


def _read_value(data: object) -> Value:
    if isinstance(data, Mapping):
        return Message.from_json(data)
    if isinstance(data, str | int):
        return data
    raise KeyError(type(data).__name__)


def _plain(value: Param) -> object:
    if isinstance(value, tuple):
        return list(map(_plain, value))
    return value.as_json() if isinstance(value, Message) else value


def msg(text: str, **params: Param) -> Message:
    """Return a ``Message``; the extractor of translations looks for the name of this function."""
    return Message(text, params)


class DomainError(Exception):
    """Raised when a use case refuses; ``message`` says why and what to do, in the user's words."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class NotFound(DomainError):
    """Raised when an object does not exist in the school, even if another school has it."""


class NotAllowed(DomainError):
    """Raised when the actor lacks the permission."""


class Conflict(DomainError):
    """Raised when the state of an object forbids the action (already applied, taken, ended)."""


class Invalid(DomainError):
    """Raised when an input is wrong.

    Args:
        field: the name of the input, so that a form can mark it.
        message: the reason and the remedy.
    """

    def __init__(self, field: str, message: Message) -> None:
        super().__init__(message)
        self.field = field


class InvalidFields(Invalid):
    """Raised when several inputs are wrong; ``problems`` maps their names to the reasons."""

    def __init__(self, problems: Mapping[str, Message]) -> None:
        field = next(iter(problems))
        super().__init__(field, problems[field])
        self.problems = dict(problems)


class TooManyTries(DomainError):
    """Raised when a rate limit is reached; ``retry_after`` is in seconds."""

    def __init__(self, message: Message, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
