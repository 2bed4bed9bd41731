"""Parsing of forms, without characters that no field may hold."""

from __future__ import annotations

from typing import IO, Any

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser

#: NUL: no person types it and PostgreSQL cannot store it, so every field would have to refuse it.
_NUL = "\0"


class _FormsWithoutNul(FormDataParser):
    """Parser that drops NUL characters from the texts of a form; files stay as they are."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, Any], MultiDict[str, Any]]:
        """Parse a body as werkzeug does."""
        rest, form, files = super().parse(stream, mimetype, content_length, options)
        if any(_NUL in text for texts in form.listvalues() for text in texts):
            form = self.cls((name, text.replace(_NUL, "")) for name, text in form.items(multi=True))
        return rest, form, files


class SentRequest(Request):
    """The request class of the application."""

    form_data_parser_class = _FormsWithoutNul
