"""Proof files of change requests: checked by content, pictures re-encoded, sealed, given out with care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.context import Context
from app.errors import Invalid, NotFound, msg
from app.models import ProofFile
from app.services.media.clean import MIME, clean_image

#: The most files of one request, the largest size of each, and of all together, in bytes.
MOST_FILES = 5
FILE_BYTES = 5 * 1024 * 1024
ALL_BYTES = 10 * 1024 * 1024
#: Photographed documents stay readable at this size.
_PICTURE_SIZE = (2000, 2000)
_PICTURE_PIXELS = 50_000_000
_PICTURE_BYTES = 600_000
PDF = "application/pdf"
_FIELD = "files"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as the browser sent it."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file to be given out; a PDF only as a download, as it comes from somebody else."""

    filename: str
    media_type: str
    content: bytes


def check_files(files: Sequence[SentFile]) -> list[tuple[str, str, bytes]]:
    """Check the sent files; return name, type and content of each as they will be stored.

    Raises:
        Invalid: too many, too large, or neither picture nor PDF.
    """
    if len(files) > MOST_FILES:
        raise Invalid(_FIELD, msg("最多上传 %(limit)s 个文件", limit=MOST_FILES))
    if sum(len(file.content) for file in files) > ALL_BYTES:
        raise Invalid(_FIELD, msg("文件合计超过 %(limit)s MB，请压缩后再上传", limit=ALL_BYTES // 1024**2))
    return [_checked(file) for file in files]


def keep_files(ctx: Context, *, request_id: int, files: Sequence[tuple[str, str, bytes]]) -> None:
    """Seal checked files and store them with their request."""
    for filename, media_type, content in files:
        sealed = ctx.vault.seal_blob(ctx.school.id, _kind(request_id), content)
        ctx.session.add(
            ProofFile(
                request_id=request_id,
                filename=filename,
                media_type=media_type,
                size=len(content),
                content=sealed,
            )
        )
    ctx.session.flush()


def open_file(ctx: Context, file: ProofFile | None) -> OpenedFile:
    """Return the content of a file that the caller has found and may see.

    Raises:
        NotFound: there is no such file.
    """
    if file is None:
        raise NotFound(msg("没有找到这个文件"))
    content = ctx.vault.open_blob(ctx.school.id, _kind(file.request_id), file.content)
    return OpenedFile(file.filename, file.media_type, content)


def _checked(file: SentFile) -> tuple[str, str, bytes]:
    name = _clean_name(file.filename)
    if len(file.content) > FILE_BYTES:
        raise Invalid(
            _FIELD,
            msg("「%(name)s」超过 %(limit)s MB，请压缩后再上传", name=name, limit=FILE_BYTES // 1024**2),
        )
    if file.content.startswith(b"%PDF-"):
        return _with_ending(name, ".pdf"), PDF, file.content
    if file.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b""):
        raise Invalid(_FIELD, msg("「%(name)s」不是图片或 PDF：只接受 JPG、PNG、WebP 和 PDF", name=name))
    try:
        picture = clean_image(
            file.content,
            size=_PICTURE_SIZE,
            field=_FIELD,
            max_bytes=FILE_BYTES,
            max_pixels=_PICTURE_PIXELS,
            wanted_bytes=_PICTURE_BYTES,
        )
    except Invalid as error:
        raise Invalid(
            _FIELD, msg("「%(name)s」不是图片或 PDF：只接受 JPG、PNG、WebP 和 PDF", name=name)
        ) from error
    return _with_ending(name, ".webp"), MIME, picture.content


def _clean_name(name: str) -> str:
    base = name.replace("\\", "/").rpartition("/")[2]
    cleaned = "".join(letter for letter in base if letter.isprintable() and letter not in '"<>|:*?').strip(
        ". "
    )
    return cleaned[:100] or "file"


def _with_ending(name: str, ending: str) -> str:
    stem = name.rpartition(".")[0] or name
    return stem + ending


def _kind(request_id: int) -> str:
    return f"proof_file:{request_id}"
