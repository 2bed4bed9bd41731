"""The pictures of rows: those of the .zip that came with the roster, and those that stand in the sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import Invalid, Message, msg
from app.rules.shared.cells import Unreadable
from app.services.media.clean import CleanImage
from app.services.media.portraits import clean_photo
from app.sheets.reading.container import Container
from app.sheets.reading.limits import LIMITS, Limits, Refusal
from app.sheets.reading.pictures import PICTURE_LIMITS, PictureArchive

#: Limits on the pictures of a sheet: those of a .zip of pictures, in a file that may have as many members as a roster.
SHEET_PICTURE_LIMITS = PICTURE_LIMITS._replace(entries=max(PICTURE_LIMITS.entries, LIMITS.entries))
_UNREADABLE = msg("表格里的这张图片无法读取，没有导入图片")
_NO_ARCHIVE = msg("没有随表格上传图片压缩包（.zip），没有导入图片")


@dataclass(frozen=True, slots=True)
class RowPicture:
    """A row's picture, or why there is none; a row goes in without its picture."""

    image: CleanImage | None = None
    warning: Message | None = None


class SheetPictures:
    """The pictures that stand in a sheet, unpacked only for the rows that have one.

    Whatever is wrong with a picture is a warning about its row: nobody stays out because of a picture.

    Args:
        content: the file.
        members: the member of the file by row number.
        limits: the limits on the pictures.
    """

    def __init__(
        self, content: bytes, members: Mapping[int, str], limits: Limits = SHEET_PICTURE_LIMITS
    ) -> None:
        self._members = members
        self._container: Container | None = None
        if members:
            try:
                self._container = Container(content, limits)
            except Refusal:
                self._container = None

    def of_row(self, row_no: int) -> RowPicture | None:
        """Return the picture of a row, ``None`` if the row has none."""
        member = self._members.get(row_no)
        if member is None:
            return None
        if self._container is None or member not in self._container.names:
            return RowPicture(warning=_UNREADABLE)
        try:
            return RowPicture(clean_photo(self._container.read(member)))
        except Refusal:
            return RowPicture(warning=_UNREADABLE)
        except Invalid as invalid:
            return RowPicture(warning=invalid.message)


class RowPictures:
    """Finds the picture of each row: the one that it names in the .zip, or else the one that stands in the sheet.

    A picture of the .zip belongs to one row only.

    Args:
        content: the .zip, ``None`` when there is none.
        sheet: the pictures that stand in the sheet.
    Raises:
        SheetRefused: the .zip cannot be read.
    """

    def __init__(self, content: bytes | None, sheet: SheetPictures | None = None) -> None:
        self._archive = PictureArchive(content) if content is not None else None
        self._sheet = sheet
        self._used: dict[str, int] = {}

    def of_row(self, row_no: int, name: str | None) -> RowPicture:
        """Return the picture of a row.

        Args:
            row_no: the row as the person sees it.
            name: the text of its cell.
        Raises:
            SheetRefused: the .zip grows too large when it is unpacked.
        """
        found = self._of_name(row_no, name)
        if found.image is not None or self._sheet is None:
            return found
        return self._sheet.of_row(row_no) or found

    def _of_name(self, row_no: int, name: str | None) -> RowPicture:
        if name is None:
            return RowPicture()
        if self._archive is None:
            return RowPicture(warning=_NO_ARCHIVE)
        found = self._archive.find(name)
        if not found:
            return RowPicture(warning=msg("图片压缩包里没有“%(name)s”，没有导入图片", name=name))
        if len(found) > 1:
            return RowPicture(warning=msg("图片压缩包里有多个“%(name)s”，没有导入图片", name=name))
        first = self._used.setdefault(found[0], row_no)
        if first != row_no:
            return RowPicture(warning=msg("这张图片已用于第 %(row)s 行，没有重复导入", row=first))
        try:
            return RowPicture(clean_photo(self._archive.read(found[0])))
        except Unreadable as unreadable:
            return RowPicture(warning=unreadable.message)
        except Invalid as invalid:
            return RowPicture(warning=invalid.message)
