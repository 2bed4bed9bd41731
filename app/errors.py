"""Errors that the domain raises, and the translatable messages that they carry.

Nothing here knows the web: each caller (site, management side, worker, shell) maps ``DomainError`` once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for people, kept apart from its parameters so that it can be shown in the reader's language.

    Args:
        text: the Chinese msgid, with ``%(name)s`` places.
        params: values for the places.
    """

    text: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text

    def as_json(self) -> dict[str, object]:
        """The message as plain data, for a JSONB column; ``from_json`` reads it back."""
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
    """Make a ``Message``; the name is the one that the catalogue extractor looks for."""
    return Message(text, params)


class DomainError(Exception):
    """A use case refuses; ``message`` says why and what to do, in the user's words."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class NotFound(DomainError):
    """There is no such thing here; another school's thing is answered the same way."""


class NotAllowed(DomainError):
    """The acting person may not do this."""


class Conflict(DomainError):
    """The state of the thing forbids it (already applied, taken, ended)."""


class Invalid(DomainError):
    """An input is wrong.

    Args:
        field: the code name of the input, so that a form can mark it.
        message: the reason and the way out.
    """

    def __init__(self, field: str, message: Message) -> None:
        super().__init__(message)
        self.field = field


class InvalidFields(Invalid):
    """Several inputs are wrong at once; ``problems`` holds the reason of each by its code name."""

    def __init__(self, problems: Mapping[str, Message]) -> None:
        field = next(iter(problems))
        super().__init__(field, problems[field])
        self.problems = dict(problems)


class TooManyTries(DomainError):
    """A rate limit; ``retry_after`` is in seconds."""

    def __init__(self, message: Message, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
