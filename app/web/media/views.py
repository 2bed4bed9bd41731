"""Pictures from the database, at addresses that contain their fingerprint and so never change."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, request
from flask_login import login_required

from app.services.media.portraits import get_photo
from app.services.media.read import Picture, get_cover, get_logo
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW

blueprint = Blueprint("media", __name__, url_prefix="/media")

_YEAR = 365 * 24 * 3600


@blueprint.get(f"/schools/<{ROW}:school_id>/logo-<string(maxlength=16):sha>.webp")
def logo(school_id: int, sha: str) -> Response:
    """Send a school's logo, on every host."""
    return _image(get_logo(request_context(), school_id=school_id, sha=_fingerprint(sha)), sha)


@blueprint.get(f"/courses/<{ROW}:owner_id>/<{ROW}:course_id>/<string(maxlength=16):sha>.webp")
def cover(owner_id: int, course_id: int, sha: str) -> Response:
    """Send a course's cover, where its course may be seen."""
    picture = get_cover(request_context(), owner_id=owner_id, course_id=course_id, sha=_fingerprint(sha))
    return _image(picture, sha)


@blueprint.get(f"/people/<{ROW}:user_id>/<string(maxlength=16):sha>.webp")
@login_required
def photo(user_id: int, sha: str) -> Response:
    """Send a person's picture to people who are logged in at the same school."""
    content = get_photo(request_context(), user_id=user_id, sha=_fingerprint(sha))
    return _image(Picture(content, shared=False), sha)


def _fingerprint(text: str) -> str:
    if not text.isascii() or not text.isalnum():
        abort(404)
    return text


def _image(picture: Picture, sha: str) -> Response:
    response = make_response(picture.content)
    response.content_type = "image/webp"
    reach = "public" if picture.shared else "private"
    response.headers["Cache-Control"] = f"{reach}, max-age={_YEAR}, immutable"
    # An address opened by itself is a document: nothing in it may run or load.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(sha)
    response.make_conditional(request)
    return response
