"""Pictures out of forms."""

from __future__ import annotations

from typing import Any

from app.services.media.clean import MAX_BYTES

#: What the file chooser offers; the check itself is in ``app.services.media.clean``.
ACCEPTED = "image/png,image/jpeg,image/webp,image/svg+xml,.svg"


def picture_of(field: Any) -> bytes | None:
    """The bytes of a file field, ``None`` when no file was chosen; of one that is too large just enough to see that."""
    chosen = field.data
    if not getattr(chosen, "filename", ""):
        return None
    return bytes(chosen.stream.read(MAX_BYTES + 1))
