"""Check of uploaded pictures: decoded and re-encoded, or refused with a message on what is accepted."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import defusedxml.ElementTree as SafeElementTree
from defusedxml import DefusedXmlException
from PIL import Image, ImageOps

from app.errors import Invalid, Message, msg

#: The type of every picture that this module produces.
MIME = "image/webp"

LOGO_SIZE = (512, 256)
COVER_SIZE = (640, 360)

#: The largest file, in bytes.
MAX_BYTES = 1024 * 1024
_MAX_PIXELS = 16_000_000
_MAX_SIDE = 10_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_QUALITIES = (88, 80, 70, 60, 45)
_WANTED_BYTES = 40_000

_MAX_ELEMENTS = 20_000
_MAX_DEPTH = 100
_RASTER = Path(__file__).with_name("svg_raster.py")
_RASTER_SECONDS = 10
_EMBEDDED = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,")


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A re-encoded picture; ``sha`` identifies its content in addresses."""

    content: bytes
    sha: str


def clean_image(
    content: bytes,
    *,
    size: tuple[int, int],
    crop: bool = False,
    field: str = "image",
    max_bytes: int = MAX_BYTES,
    max_pixels: int = _MAX_PIXELS,
    wanted_bytes: int = _WANTED_BYTES,
) -> CleanImage:
    """Check a picture by decoding it and re-encode it: nothing of the file itself is kept, EXIF included.

    Args:
        content: the file; PNG, JPEG, WebP or SVG, whatever its name says.
        size: width and height in pixels to fit into; smaller pictures are not enlarged, drawings are.
        crop: fill ``size`` exactly and cut the rest.
        field: the form's name for the picture, for the refusal.
        max_bytes: the largest file.
        max_pixels: the most pixels that are decoded.
        wanted_bytes: the quality is lowered in steps until the picture is no larger than this, or at its lowest.

    Raises:
        Invalid: not an accepted picture, broken, too large, or a drawing that refers to other files.
    """
    if not content:
        raise Invalid(field, msg("图片文件是空的，请重新选择"))
    if len(content) > max_bytes:
        mib, rest = divmod(max_bytes, 1024 * 1024)
        limit = f"{max(max_bytes // 1024, 1)} KB" if rest else f"{mib} MB"
        raise Invalid(field, msg("图片超过 %(limit)s，请压缩后再上传", limit=limit))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        content = _rasterised(content, size, field)
    picture = _decoded(content, field, max_pixels)
    picture = ImageOps.fit(picture, size, Image.Resampling.LANCZOS) if crop else _within(picture, size)
    made = _encoded(picture, wanted_bytes)
    return CleanImage(made, hashlib.sha256(made).hexdigest()[:16])


def _refused() -> Message:
    return msg("无法识别的图片：只接受 PNG、JPEG、WebP 或 SVG，不超过 1 MB")


def _decoded(content: bytes, field: str, max_pixels: int) -> Image.Image:
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            width, height = picture.size
            if width * height > max_pixels or max(width, height) > _MAX_SIDE:
                raise Invalid(
                    field,
                    msg(
                        "图片尺寸过大（%(width)s × %(height)s 像素），请缩小后再上传",
                        width=width,
                        height=height,
                    ),
                )
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(field, msg("图片尺寸过大，请缩小后再上传")) from error
    except Exception as error:
        # Pillow's decoders raise errors of any kind on damaged files.
        raise Invalid(field, _refused()) from error


def _within(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    smaller = picture.copy()
    smaller.thumbnail(size, Image.Resampling.LANCZOS)
    return smaller


def _encoded(picture: Image.Image, wanted_bytes: int) -> bytes:
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    candidates: list[bytes] = []
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        plain.save(buffer, "WEBP", quality=quality, method=4)
        candidates.append(buffer.getvalue())
        if len(candidates[-1]) <= wanted_bytes:
            break
    return candidates[-1]


def _rasterised(content: bytes, size: tuple[int, int], field: str) -> bytes:
    markup = _checked_drawing(content, field)
    command = [sys.executable, "-I", str(_RASTER), *map(str, size)]
    try:
        done = subprocess.run(
            command, input=markup, capture_output=True, timeout=_RASTER_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid(field, msg("SVG 图形过于复杂，请简化或改用 PNG")) from error
    if done.returncode != 0 or not done.stdout:
        raise Invalid(field, msg("SVG 图形无法绘制，请检查文件或改用 PNG"))
    return done.stdout


def _checked_drawing(content: bytes, field: str) -> bytes:
    """Return the drawing as our parser read it, so that the renderer receives nothing unchecked."""
    depth = count = 0
    root: ElementTree.Element | None = None
    try:
        for event, element in SafeElementTree.iterparse(
            io.BytesIO(content), events=("start", "end"), forbid_dtd=True
        ):
            if event == "end":
                depth -= 1
                continue
            root = element if root is None else root
            depth, count = depth + 1, count + 1
            if depth > _MAX_DEPTH or count > _MAX_ELEMENTS:
                raise Invalid(field, msg("SVG 图形过于复杂，请简化或改用 PNG"))
            _refuse_references(element, field)
    except DefusedXmlException as error:
        raise Invalid(field, msg("SVG 文件含有 DOCTYPE 或实体声明，请去掉后再上传，或改用 PNG")) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Invalid(field, _refused()) from error
    if root is None or _local(root.tag) != "svg":
        raise Invalid(field, _refused())
    return bytes(ElementTree.tostring(root, encoding="utf-8"))


def _refuse_references(element: ElementTree.Element, field: str) -> None:
    if _local(element.tag) == "a":
        return
    for name, value in element.attrib.items():
        target = value.strip()
        if _local(name) != "href" or not target or target.startswith("#") or _EMBEDDED.match(target):
            continue
        raise Invalid(field, msg("SVG 引用了外部文件，请将图片嵌入后再上传，或改用 PNG"))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
