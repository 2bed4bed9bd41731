"""Pictures of a roster, uploaded as a .zip: checked like the sheets, and unpacked only if a row names them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath

from app.errors import Message, msg
from app.rules.shared.cells import Unreadable
from app.sheets.reading.container import Container
from app.sheets.reading.limits import Limits, Refusal, refuse
from app.sheets.reading.refusals import SheetRefused

#: Limits on a .zip of pictures: together less than 2,000 pictures of the largest size, so that reading takes a minute.
PICTURE_LIMITS = Limits(file_bytes=20 * 2**20, entries=2_000, unpacked_bytes=60 * 2**20)

_ZIP = b"PK\x03\x04"
_UTF8_NAME = 0x800
_SENTENCES: Mapping[str, Message] = {
    "empty_file": msg("图片压缩包是空的，请重新选择。"),
    "too_large": msg("图片压缩包超过 %(limit)s MB，请缩小图片或分几次上传。"),
    "not_a_zip": msg("图片压缩包不是 .zip 文件，请重新打包为 .zip 后再上传。"),
    "password": msg("图片压缩包设有密码，请取消密码后再上传。"),
    "damaged": msg("图片压缩包已损坏或文件名不规范，请重新打包后再上传。"),
    "bomb": msg("图片压缩包里的文件过多或解开后异常庞大，只放需要的图片后再上传。"),
}


def _refusal(refusal: Refusal) -> SheetRefused:
    return SheetRefused(Message(_SENTENCES[refusal.code].text, dict(refusal.params)))


class PictureArchive:
    """The pictures of a .zip, found by the names in the rows of a roster.

    A row may name a picture with or without its folder and its ending; case does not matter.

    Args:
        content: the .zip as uploaded.
        limits: the limits on it.
    Raises:
        SheetRefused: the file is not a .zip or too large, has too many members, a password or suspicious names.
    """

    def __init__(self, content: bytes, limits: Limits = PICTURE_LIMITS) -> None:
        try:
            if not content:
                refuse("empty_file")
            if len(content) > limits.file_bytes:
                refuse("too_large", limit=limits.file_bytes // 2**20)
            if not content.startswith(_ZIP):
                refuse("not_a_zip")
            self._container = Container(content, limits)
        except Refusal as refusal:
            raise _refusal(refusal) from None
        self._members: dict[str, set[str]] = defaultdict(set)
        for name, flags in self._container.members():
            shown = PurePosixPath(_shown_name(name, flags))
            if name.endswith("/") or shown.name.startswith(".") or "__MACOSX" in shown.parts:
                continue
            for key in (str(shown), shown.name, shown.stem):
                self._members[_key(key)].add(name)

    def find(self, name: str) -> list[str]:
        """Return the members that a name may refer to; a single one when the name is unambiguous.

        Args:
            name: the name as written in the row.
        """
        path = PurePosixPath(name.replace("\\", "/"))
        for key in (str(path), path.name):
            if found := self._members.get(_key(key)):
                return sorted(found)
        return []

    def read(self, member: str) -> bytes:
        """Unpack a member; its bytes count against the limit for all members together.

        Raises:
            Unreadable: the member is damaged.
            SheetRefused: the member grows too large; nothing of such a .zip is read.
        """
        try:
            return self._container.read(member)
        except Refusal as refusal:
            if refusal.code == "damaged":
                raise Unreadable(msg("图片文件已损坏，没有导入这张图片")) from None
            raise _refusal(refusal) from None


def _shown_name(name: str, flags: int) -> str:
    """Return the name as its owner wrote it: Chinese Windows stores names in GBK without declaring it."""
    if not flags & _UTF8_NAME:
        try:
            return name.encode("cp437").decode("gb18030")
        except UnicodeError:
            return name
    return name


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()
