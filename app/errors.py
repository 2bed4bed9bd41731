"""Errors of the domain, and their translatable messages.

They do not depend on the web; each caller (student side, management side, worker, shell) handles ``DomainError`` once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for people, separate from its parameters so that it can be shown in the reader's language.

    Args:
        text: the Chinese msgid, with placeholders such as ``%(name)s``.
        params: the values of the placeholders.
    """

    text: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text

    def as_json(self) -> dict[str, object]:
        """Return the message as plain data, for a JSONB column; ``from_json`` reads it back."""
        return {"text": self.text, "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Message:
        """Read what ``as_json`` wrote.

        Raises:
            KeyError: the data is not a message.
        """
        params = data.get("params") or {}
        if not isinstance(params, Mapping):
            raise KeyError("params")
        return cls(str(data["text"]), dict(params))


def msg(text: str, **params: str | int) -> Message:
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
