"""Invented teachers with drawn pictures, the same for the same seed."""

from __future__ import annotations

import random
import zipfile
from datetime import date, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from samples.roster import id_number_of, name_of

#: Far above the numbers of sample students, so that ID numbers and phones never meet.
_FIRST = 90_000
_TITLES = ("教授", "副教授", "讲师", "主任医师", "副主任医师")
_FIELDS = ("临床医学", "护理学", "药学", "预防医学", "医学影像学", "循证医学")
_SIDE = 480
#: A zip carries a time; this one is always the same.
_PACKED_AT = (2026, 9, 1, 8, 0, 0)


def make_teachers(n: int, seed: int) -> list[dict[str, str]]:
    """Invent teachers; every eighth has neither phone nor mail, two of three have a picture.

    Args:
        n: how many.
        seed: the same seed gives the same teachers.
    Returns:
        texts by field of the teacher template.
    """
    chance = random.Random(seed)  # noqa: S311 - invented people, not secrets
    names: set[str] = set()
    return [_row(chance, number, names) for number in range(1, n + 1)]


def pack_pictures(rows: list[dict[str, str]]) -> bytes:
    """Return a .zip of the pictures that these teachers name."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, row in enumerate(rows):
            if row["picture"]:
                member = zipfile.ZipInfo(f"教师照片/{row['picture']}", _PACKED_AT)
                archive.writestr(member, _drawn(number))
    return content.getvalue()


def _row(chance: random.Random, number: int, names: set[str]) -> dict[str, str]:
    male = chance.random() < 0.5
    name = name_of(chance, male=male)
    while name in names:
        name = name_of(chance, male=male)
    names.add(name)
    birth = date(1965, 1, 1) + timedelta(days=chance.randrange(10_000))
    reachable = number % 8 != 0
    return {
        "real_name": name,
        "id_number": id_number_of(_FIRST + number, birth, male=male) if number % 3 else "",
        "mobile": f"139{_FIRST + number:05d}{chance.randrange(1000):03d}" if reachable else "",
        "email": f"t{number:03d}@example.com" if reachable and number % 2 else "",
        "bio": f"{chance.choice(_TITLES)}，研究方向为{chance.choice(_FIELDS)}。" if number % 5 else "",
        "picture": f"{name}.png" if number % 3 else "",
    }


def _drawn(number: int) -> bytes:
    """Return a head and shoulders before a plain ground."""
    image = Image.new("RGB", (_SIDE, _SIDE), f"hsl({number * 47 % 360}, 45%, 78%)")
    draw = ImageDraw.Draw(image)
    dark = f"hsl({(number * 47 + 180) % 360}, 35%, 38%)"
    draw.ellipse((60, 300, 420, 620), fill=dark)
    draw.ellipse((150, 90, 330, 310), fill="#f2d3b8")
    draw.pieslice((140, 70, 340, 290), 180, 360, fill="#3b2f2a")
    content = BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
