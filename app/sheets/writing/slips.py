"""Credential slips as a PDF of A4 pages for cutting, with separate pages for each class.

Chinese text uses STSong-Light, one of the fonts that PDF readers include or replace by a font of the system
(docs/adr/0007). Embedding a font would add some ten megabytes to every installation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from app.errors import msg

COLUMNS, ROWS = 2, 4
PER_PAGE = COLUMNS * ROWS

_FONT = "STSong-Light"
_LATIN = "Helvetica"
_BOLD = "Courier-Bold"
_WIDTH, _HEIGHT = A4
_MARGIN, _HEAD = 10 * mm, 12 * mm
_SLIP_WIDTH = (_WIDTH - 2 * _MARGIN) / COLUMNS
_SLIP_HEIGHT = (_HEIGHT - 2 * _MARGIN - _HEAD) / ROWS
_PAD, _LABEL_WIDTH, _QR = 5 * mm, 15 * mm, 25 * mm
_INK, _GREY, _PALE = 0.1, 0.4, 0.65


@dataclass(frozen=True, slots=True)
class Slip:
    """The credential slip of a person.

    Args:
        name: the real name.
        login: the 学号, or the other login name of the account.
        is_student: whether ``login`` is a 学号.
        password: the one-time password in clear, which exists only here and on paper.
    """

    name: str
    login: str
    is_student: bool
    password: str


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """The slips of a class, or of people without a class; ``title`` is printed above its pages."""

    title: str
    slips: tuple[Slip, ...]


def slips_pdf(sheets: Sequence[SlipSheet], *, school: str, address: str, good_until: str) -> bytes:
    """Return the PDF with the slips.

    Args:
        school: the school's name.
        address: the address of its login page, printed as text and as QR code.
        good_until: the last day on which a slip is valid, as a text.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1)
    canvas.setTitle(str(msg("密码条")))
    canvas.setAuthor(school)
    _define_qr_code(canvas, address)
    for sheet in sheets:
        pages = list(_pages(sheet.slips))
        for number, slips in enumerate(pages, start=1):
            _head(canvas, f"{school}  {sheet.title}", f"{number} / {len(pages)}")
            _cut_lines(canvas)
            for position, slip in enumerate(slips):
                _slip(canvas, position, slip, (school, address, good_until))
            canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _pages(slips: Sequence[Slip]) -> Iterator[Sequence[Slip]]:
    for start in range(0, len(slips), PER_PAGE):
        yield slips[start : start + PER_PAGE]


def _head(canvas: Canvas, title: str, number: str) -> None:
    y = _HEIGHT - _MARGIN - 5 * mm
    canvas.setFillGray(_INK)
    _line(canvas, _MARGIN, y, title, 11, _WIDTH - 2 * _MARGIN - 25 * mm)
    canvas.setFillGray(_GREY)
    canvas.setFont(_LATIN, 9)
    canvas.drawRightString(_WIDTH - _MARGIN, y, number)


def _cut_lines(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.setStrokeGray(_PALE)
    canvas.setLineWidth(0.5)
    canvas.setDash(3, 3)
    top = _HEIGHT - _MARGIN - _HEAD
    for row in range(ROWS + 1):
        y = top - row * _SLIP_HEIGHT
        canvas.line(_MARGIN, y, _WIDTH - _MARGIN, y)
    for column in range(COLUMNS + 1):
        x = _MARGIN + column * _SLIP_WIDTH
        canvas.line(x, top, x, top - ROWS * _SLIP_HEIGHT)
    canvas.restoreState()


def _slip(canvas: Canvas, position: int, slip: Slip, common: tuple[str, str, str]) -> None:
    school, address, good_until = common
    row, column = divmod(position, COLUMNS)
    left = _MARGIN + column * _SLIP_WIDTH + _PAD
    top = _HEIGHT - _MARGIN - _HEAD - row * _SLIP_HEIGHT - _PAD
    inner = _SLIP_WIDTH - 2 * _PAD
    canvas.setFillGray(_INK)
    _line(canvas, left, top - 4 * mm, school, 11, inner)
    canvas.saveState()
    canvas.translate(left + inner - _QR, top - 8 * mm - _QR)
    canvas.doForm("login-page")
    canvas.restoreState()
    beside = inner - _QR - 3 * mm - _LABEL_WIDTH
    y = top - 14 * mm
    for label, value in (
        (msg("姓名"), slip.name),
        (msg("学号") if slip.is_student else msg("登录名"), slip.login),
        (msg("一次性密码"), None),
    ):
        canvas.setFillGray(_GREY)
        _line(canvas, left, y, str(label), 8.5, _LABEL_WIDTH)
        canvas.setFillGray(_INK)
        if value is not None:
            _line(canvas, left + _LABEL_WIDTH, y, value, 11, beside)
        y -= 8 * mm
    canvas.setFont(_BOLD, 15)
    canvas.drawString(left, y + 1 * mm, slip.password)
    canvas.setFillGray(_GREY)
    _line(canvas, left, y - 7 * mm, str(msg("登录网址")), 8.5, _LABEL_WIDTH)
    _line(canvas, left + _LABEL_WIDTH, y - 7 * mm, address, 9, inner - _LABEL_WIDTH)
    advice = msg("有效期至 %(day)s，只能使用一次；登录后须设置自己的密码。", day=good_until)
    _line(canvas, left, y - 13 * mm, str(advice), 8.5, inner)


def _line(canvas: Canvas, x: float, y: float, text: str, size: float, width: float) -> None:
    """Draw a line of at most ``width``: in a smaller size, and cut off if that is not enough."""
    font = _LATIN if text.isascii() else _FONT
    needed = pdfmetrics.stringWidth(text, font, size)
    if needed > width:
        size = max(size * width / needed, 6)
        while text and pdfmetrics.stringWidth(text, font, size) > width:
            text = text[:-1]
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def _define_qr_code(canvas: Canvas, address: str) -> None:
    """Define the QR code once, so that every slip can refer to it."""
    modules = segno.make(address, error="m", micro=False).matrix
    step = _QR / len(modules)
    canvas.beginForm("login-page", 0, 0, _QR, _QR)
    canvas.setFillGray(0)
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                canvas.rect(column * step, _QR - (row + 1) * step, step, step, stroke=0, fill=1)
    canvas.endForm()
