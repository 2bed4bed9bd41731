"""Answers with files, sent so that nothing in them can run here."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file

from app.services.media.clean import MIME
from app.services.requests.proof_files import OpenedFile

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BYTES = "application/octet-stream"


def give_file(file: OpenedFile) -> Response:
    """Return an answer with an uploaded file: re-encoded pictures are shown, all other files are saved."""
    shown = file.media_type == MIME
    response = _answer(file.content, file.filename, MIME if shown else _BYTES, saved=not shown)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def give_workbook(content: bytes, filename: str) -> Response:
    """Return an answer with a workbook that we made, to be saved; ``filename`` ends in ``.xlsx``."""
    return give_download(content, filename, _XLSX)


def give_original(content: bytes, filename: str) -> Response:
    """Return an answer with a file as it was uploaded: whatever its name, a browser saves it and never shows it."""
    return give_download(content, filename, _BYTES)


def give_download(content: bytes, filename: str, media_type: str) -> Response:
    """Return an answer with a file that we made, to be saved."""
    return _answer(content, filename, media_type, saved=True)


def _answer(content: bytes, filename: str, media_type: str, *, saved: bool) -> Response:
    # send_file encodes names that are not ASCII as headers can hold them.
    response = send_file(
        BytesIO(content), mimetype=media_type, as_attachment=saved, download_name=filename, etag=False
    )
    response.headers["Cache-Control"] = "no-store"
    return response
