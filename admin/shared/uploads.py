"""Pictures that forms upload."""

from __future__ import annotations

from typing import Any

from app.services.media.clean import MAX_BYTES

#: The file types that the file chooser offers; ``app.services.media.clean`` does the check itself.
ACCEPTED = "image/png,image/jpeg,image/webp,image/svg+xml,.svg"


def picture_of(field: Any) -> bytes | None:
    """Return the bytes of a file field, ``None`` without a file.

    A file that is too large is read only far enough to detect that.
    """
    chosen = field.data
    if not getattr(chosen, "filename", ""):
        return None
    return bytes(chosen.stream.read(MAX_BYTES + 1))
