"""Giving out files so that nothing in them can act here."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file

from app.services.media.clean import MIME
from app.services.requests.proof_files import OpenedFile


def give_file(file: OpenedFile) -> Response:
    """An answer with a file that somebody sent: pictures, which we made anew, are shown; all else is to be saved."""
    shown = file.media_type == MIME
    response = _answer(
        file.content, file.filename, MIME if shown else "application/octet-stream", saved=not shown
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def give_download(content: bytes, filename: str, media_type: str) -> Response:
    """An answer with a file of our own making, to be saved."""
    return _answer(content, filename, media_type, saved=True)


def _answer(content: bytes, filename: str, media_type: str, *, saved: bool) -> Response:
    # send_file writes names that are not ASCII as headers can hold them.
    response = send_file(
        BytesIO(content), mimetype=media_type, as_attachment=saved, download_name=filename, etag=False
    )
    response.headers["Cache-Control"] = "no-store"
    return response
