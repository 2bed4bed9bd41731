"""The pictures that rows name, from the .zip that came with the roster."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Invalid, Message, msg
from app.rules.shared.cells import Unreadable
from app.services.media.clean import CleanImage
from app.services.media.portraits import clean_photo
from app.sheets.reading.pictures import PictureArchive

_NO_ARCHIVE = msg("没有随表格上传图片压缩包（.zip），没有导入图片")


@dataclass(frozen=True, slots=True)
class RowPicture:
    """A row's picture, or why there is none; a row goes in without its picture."""

    image: CleanImage | None = None
    warning: Message | None = None


class RowPictures:
    """Finds the picture of each row; a picture belongs to one row only.

    Args:
        content: the .zip, ``None`` when there is none.
    Raises:
        SheetRefused: the .zip cannot be read.
    """

    def __init__(self, content: bytes | None) -> None:
        self._archive = PictureArchive(content) if content is not None else None
        self._used: dict[str, int] = {}

    def of_row(self, row_no: int, name: str | None) -> RowPicture:
        """Return the picture that a row names.

        Args:
            row_no: the row as the person sees it.
            name: the text of its cell.
        Raises:
            SheetRefused: the .zip grows too large when it is unpacked.
        """
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
