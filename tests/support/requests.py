"""A student's change requests and what proves them."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image

from app.context import Context
from app.models import User
from app.rules.permissions import Role
from app.services.requests.student import submit_request
from app.uow import unit_of_work
from tenants.registry import SchoolInfo

#: The number that the standard GB 11643 gives as its example.
ID_NUMBER = "11010519491231002X"


def camera_picture(kind: str = "JPEG") -> bytes:
    """A small picture, with a place in its EXIF data."""
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret-place"
    Image.new("RGB", (60, 40), "white").save(buffer, kind, exif=exif)
    return buffer.getvalue()


def ask_for_change(make_ctx: Callable[..., Context], school: SchoolInfo, user: User, **typed: str) -> int:
    """Ask for changes as this student."""
    with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
        return submit_request(ctx, entered=typed or {"real_name": "张三丰"}, reason="写错了").id
