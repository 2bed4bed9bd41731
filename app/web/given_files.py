"""Giving out a file that somebody uploaded, so that nothing in it can act here."""

from __future__ import annotations

from flask import Response, make_response

from app.services.images import MIME
from app.services.proof_files import OpenedFile


def give_file(file: OpenedFile) -> Response:
    """An answer with the file: pictures, which we made ourselves, are shown; all else is only to be saved."""
    response = make_response(file.content)
    shown = file.media_type == MIME
    response.content_type = file.media_type if shown else "application/octet-stream"
    kind = "inline" if shown else "attachment"
    response.headers.set("Content-Disposition", kind, filename=file.filename)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
