"""Pictures of an import: the kept .zip, the staged pictures of its rows, and how they are applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.models import RosterImportPhoto, RosterImportPictures, RosterImportRow, UserPhoto

#: The purpose under which the kept .zip is sealed.
PICTURES_KIND = "roster_import_pictures"
_COLUMNS = ("school_id", "user_id", "content")
_SET: dict[str, Any] = {"synchronize_session": False}


def keep_pictures(ctx: Context, import_id: int, content: bytes) -> None:
    """Keep the .zip that came with a roster."""
    sealed = ctx.vault.seal_blob(ctx.school.id, PICTURES_KIND, content)
    ctx.session.add(RosterImportPictures(school_id=ctx.school.id, import_id=import_id, content=sealed))
    ctx.session.flush()


def open_pictures(ctx: Context, import_id: int) -> bytes | None:
    """Return the .zip that came with a roster, if there is one."""
    sealed = ctx.session.scalar(
        select(RosterImportPictures.content).where(RosterImportPictures.import_id == import_id)
    )
    return None if sealed is None else ctx.vault.open_blob(ctx.school.id, PICTURES_KIND, sealed)


def forget_pictures(ctx: Context, import_id: int) -> None:
    """Delete the .zip of an import that is over."""
    pictures = delete(RosterImportPictures).where(RosterImportPictures.import_id == import_id)
    ctx.session.execute(pictures.execution_options(**_SET))


def stage_photos(ctx: Context, import_id: int, photos: Mapping[int, bytes]) -> None:
    """Store the pictures of staged rows.

    Args:
        photos: pictures by row number.
    """
    if photos:
        rows = [
            {"school_id": ctx.school.id, "import_id": import_id, "row_no": row_no, "content": content}
            for row_no, content in photos.items()
        ]
        ctx.session.execute(insert(RosterImportPhoto), rows)


def apply_photos(ctx: Context, import_id: int) -> None:
    """Give the pictures to the people whose rows have just been written, and keep their former pictures."""
    former = (
        select(UserPhoto.content)
        .where(UserPhoto.school_id == RosterImportRow.school_id, UserPhoto.user_id == RosterImportRow.user_id)
        .scalar_subquery()
    )
    ctx.session.execute(
        update(RosterImportPhoto)
        .values(before=former)
        .where(*_rows_of(import_id), RosterImportRow.action == "change")
        .execution_options(**_SET)
    )
    pictures = select(RosterImportPhoto.school_id, RosterImportRow.user_id, RosterImportPhoto.content).where(
        *_rows_of(import_id), RosterImportRow.action.in_(("create", "change"))
    )
    put = insert(UserPhoto).from_select(_COLUMNS, pictures)
    ctx.session.execute(
        put.on_conflict_do_update(
            index_elements=["school_id", "user_id"], set_={"content": put.excluded.content}
        )
    )


def restore_photos(ctx: Context, import_id: int) -> None:
    """Restore the pictures of the people whose former values have just been restored."""
    restored = (
        *_rows_of(import_id),
        RosterImportRow.action == "change",
        RosterImportRow.kept.is_(None),
        UserPhoto.school_id == RosterImportRow.school_id,
        UserPhoto.user_id == RosterImportRow.user_id,
    )
    ctx.session.execute(
        delete(UserPhoto).where(*restored, RosterImportPhoto.before.is_(None)).execution_options(**_SET)
    )
    ctx.session.execute(
        update(UserPhoto)
        .values(content=RosterImportPhoto.before)
        .where(*restored, RosterImportPhoto.before.is_not(None))
        .execution_options(**_SET)
    )


def _rows_of(import_id: int) -> tuple[Any, ...]:
    """Return the staged pictures with their rows, where the row writes its picture."""
    return (
        RosterImportPhoto.import_id == import_id,
        RosterImportRow.school_id == RosterImportPhoto.school_id,
        RosterImportRow.import_id == RosterImportPhoto.import_id,
        RosterImportRow.row_no == RosterImportPhoto.row_no,
        RosterImportRow.new.has_key("photo_sha"),
    )
