"""Uploaded pictures: decoded and re-encoded, or refused with a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageFile, PngImagePlugin

from app.errors import Invalid
from app.services.media.clean import COVER_SIZE, LOGO_SIZE, MAX_BYTES, CleanImage, clean_image

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' viewBox="0 0 200 100">{}</svg>'
)
RED = '<rect width="200" height="100" fill="#c00"/>'


def picture(kind: str, size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, "red" if mode in ("RGB", "RGBA") else 0).save(buffer, kind, **options)
    return buffer.getvalue()


def opened(made: CleanImage) -> Image.Image:
    picture = Image.open(io.BytesIO(made.content))
    assert picture.format == "WEBP"
    return picture


def refusal(content: bytes, **options: object) -> str:
    with pytest.raises(Invalid) as refused:
        clean_image(content, size=LOGO_SIZE, field="logo", **options)  # type: ignore[arg-type]
    assert refused.value.field == "logo"
    return str(refused.value.message)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of_size(width: int, height: int, data: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        picture("PNG"),
        picture("JPEG"),
        picture("WEBP"),
        picture("PNG", mode="RGBA"),
        picture("PNG", mode="LA"),
        picture("PNG", mode="P"),
        picture("PNG", mode="1"),
        picture("PNG", mode="I;16"),
        picture("JPEG", mode="CMYK"),
        picture("JPEG", mode="L"),
    ],
)
def test_the_three_formats_are_made_anew_in_every_mode(content: bytes) -> None:
    made = opened(clean_image(content, size=LOGO_SIZE))
    assert made.format == "WEBP"
    assert made.size == (300, 200)


def test_a_picture_fits_into_the_size_and_a_small_one_stays_small() -> None:
    assert opened(clean_image(picture("PNG", (2000, 500)), size=LOGO_SIZE)).size == (512, 128)
    assert opened(clean_image(picture("PNG", (20, 10)), size=LOGO_SIZE)).size == (20, 10)


def test_a_cover_is_cut_to_its_exact_size() -> None:
    assert opened(clean_image(picture("JPEG", (700, 900)), size=COVER_SIZE, crop=True)).size == COVER_SIZE


def test_the_same_picture_has_the_same_name_and_another_another() -> None:
    one, again = (clean_image(picture("PNG"), size=LOGO_SIZE) for _ in range(2))
    other = clean_image(picture("PNG", (10, 10)), size=LOGO_SIZE)
    assert one.sha == again.sha != other.sha
    assert len(one.sha) == 16


def test_nothing_of_the_file_itself_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "camera of a person"
    exif[0x0112] = 6
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>")
    for content in (
        picture("JPEG", exif=exif),
        picture("PNG", pnginfo=text),
        picture("JPEG") + b"<?php system('id'); ?><script>alert(1)</script>",
        picture("PNG") + b"PK\x03\x04 a zip behind a picture",
        picture("WEBP", exif=exif),
    ):
        made = clean_image(content, size=LOGO_SIZE).content
        for trace in (b"camera", b"script", b"php", b"PK\x03\x04", b"EXIF", b"Exif"):
            assert trace not in made


def test_a_photo_is_turned_upright_before_its_exif_goes() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(clean_image(picture("JPEG", (300, 200), exif=exif), size=LOGO_SIZE)).size == (171, 256)


@pytest.mark.parametrize(
    "content",
    [
        picture("GIF", mode="P"),
        picture("BMP"),
        picture("TIFF"),
        picture("ICO"),
        b"%PDF-1.7\n" + b"x" * 100,
        b"PK\x03\x04" + b"\x00" * 100,
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 500,
        picture("PNG")[:60],
        picture("JPEG")[:200],
        picture("WEBP")[:40],
        b"\xff\xd8\xff\xe0" + b"A" * 300,
        b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        b"GIF89a/*<svg xmlns='http://www.w3.org/2000/svg'/>*/",
        "不是图片".encode(),
        b"\x00",
        png_of_size(10, 10, b"not deflated"),
    ],
)
def test_anything_else_is_refused_with_what_is_accepted(content: bytes) -> None:
    assert "PNG、JPEG、WebP 或 SVG" in refusal(content)


def test_an_empty_and_a_too_large_file_are_told_apart() -> None:
    assert "空" in refusal(b"")
    assert "1 MB" in refusal(b"x" * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("width", "height"), [(60_000, 60_000), (20_000, 1), (1, 20_000), (5000, 5000), (2**31 - 1, 1)]
)
def test_huge_dimensions_are_refused_before_anything_is_decoded(
    monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    decoded: list[object] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded.append)
    message = refusal(png_of_size(width, height, zlib.compress(b"\x00" * 100_000)))
    assert "尺寸过大" in message or "无法识别" in message
    assert decoded == []


def test_a_text_chunk_that_unpacks_to_much_is_refused() -> None:
    bomb = chunk(b"zTXt", b"c\x00\x00" + zlib.compress(b"\x00" * 80_000_000))
    content = picture("PNG")
    assert refusal(content[:33] + bomb + content[33:])


def test_a_drawing_is_rasterised_at_the_size_that_is_wanted() -> None:
    made = opened(clean_image(SVG.format(RED).encode(), size=LOGO_SIZE))
    assert made.size == (512, 256)
    assert made.convert("RGB").getpixel((256, 128))[0] > 180  # type: ignore[index]


@pytest.mark.parametrize(
    "prefix", [b"\xef\xbb\xbf", b"\n  ", b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- hi -->']
)
def test_drawings_begin_in_several_ways(prefix: bytes) -> None:
    assert clean_image(prefix + SVG.format(RED).encode(), size=LOGO_SIZE).content


def test_a_script_in_a_drawing_does_not_survive() -> None:
    payload = '<script>alert(1)</script><rect width="200" height="100" onload="alert(1)" fill="#c00"/>'
    made = clean_image(SVG.format(payload).encode(), size=LOGO_SIZE)
    assert b"alert" not in made.content


@pytest.mark.parametrize(
    "body",
    [
        '<image width="9" height="9" xlink:href="/etc/hostname.png"/>',
        '<image width="9" height="9" href="file:///etc/passwd"/>',
        '<image width="9" height="9" href="https://evil.example/x.png"/>',
        '<image width="9" height="9" href=" \n//evil.example/x.png"/>',
        '<image width="9" height="9" href="data:image/svg+xml;base64,PHN2Zy8+"/>',
        '<image width="9" height="9" href="data:text/plain,x"/>',
        '<use href="other.svg#a"/>',
        '<g><feImage xlink:href="../secret.png"/></g>',
    ],
)
def test_references_to_elsewhere_are_refused(body: str) -> None:
    assert "外部文件" in refusal(SVG.format(body).encode())


def test_a_reference_inside_the_drawing_and_a_link_are_harmless() -> None:
    body = f'<defs><g id="a">{RED}</g></defs><use href="#a"/><a href="https://example.org">{RED}</a>'
    assert clean_image(SVG.format(body).encode(), size=LOGO_SIZE).content


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + SVG.format("<text>&b;</text>"),
        '<!DOCTYPE svg SYSTEM "http://evil.example/x.dtd">' + SVG.format(RED),
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG.format("<text>&x;</text>"),
    ],
)
def test_doctypes_and_entities_are_refused(content: str) -> None:
    assert "DOCTYPE" in refusal(content.encode())


@pytest.mark.parametrize(
    "content",
    [
        "<svg",
        "<html><body/></html>",
        "<svg><rect></svg>",
        "<",
        "<\x00\x00",
        '<?xml version="1.0" encoding="x-none"?><svg/>',
    ],
)
def test_broken_markup_is_refused(content: str) -> None:
    assert "PNG、JPEG、WebP 或 SVG" in refusal(content.encode())


def test_drawings_that_are_too_deep_or_too_many_are_refused() -> None:
    assert "复杂" in refusal(SVG.format("<g>" * 3000 + "</g>" * 3000).encode())
    assert "复杂" in refusal(SVG.format("<g/>" * 30_000).encode())


def test_a_drawing_that_takes_for_ever_ends_its_own_process_only() -> None:
    nested = RED
    body = "".join(
        f'<g id="a{n}">' + (f'<use href="#a{n - 1}"/>' * 12 if n else nested) + "</g>" for n in range(9)
    )
    # Twelve to the power of eight rectangles: without a bound this test would not end.
    assert "SVG" in refusal(SVG.format(f"<defs>{body}</defs><use href='#a8'/>").encode())


def test_a_drawing_of_a_huge_size_is_drawn_small() -> None:
    content = SVG.format(RED).replace("viewBox", 'width="1000000" height="500000" viewBox').encode()
    assert opened(clean_image(content, size=LOGO_SIZE)).size == (512, 256)
