"""Invented students: plausible names and numbers with right check digits, the same for the same seed."""

from __future__ import annotations

import random
from datetime import date, timedelta

from app.rules.shared.id_numbers import check_character

FIELDS = (
    "student_no",
    "email",
    "nickname",
    "real_name",
    "id_number",
    "birth_date",
    "gender",
    "entry_year",
    "study_years",
    "class_name",
    "major",
    "mobile",
)
ENTRY_YEAR = 2026
MAJORS = (("临床医学", 5), ("口腔医学", 5), ("护理学", 4), ("药学", 4), ("预防医学", 5), ("医学影像学", 5))
CLASS_SIZE = 30

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_MALE = "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林文博轩哲瀚"
_FEMALE = "芳娜敏静丽艳娟霞秀燕玲桂丹萍红梅琳雪倩颖洁婷慧莹佳欣怡悦雯岚薇菲璐瑶"
_CITIES = (
    *(
        "1101",
        "1201",
        "1301",
        "1401",
        "2101",
        "2201",
        "2301",
        "3101",
        "3201",
        "3301",
        "3401",
        "3501",
        "3601",
        "3701",
    ),
    *(
        "4101",
        "4201",
        "4301",
        "4401",
        "4501",
        "4601",
        "5001",
        "5101",
        "5201",
        "5301",
        "6101",
        "6201",
        "6401",
        "6501",
    ),
)
_MOBILE_HEADS = (
    "130",
    "133",
    "135",
    "136",
    "138",
    "139",
    "150",
    "152",
    "158",
    "159",
    "176",
    "180",
    "186",
    "188",
)
_MAIL_HOSTS = ("example.com", "example.net", "mail.example.org")


def make_rows(n: int, seed: int, unit_code: str, *, first: int = 1) -> list[dict[str, str]]:
    """Invent students; 学号, ID numbers, mobiles and mails are unique, also among calls with other numbers.

    Args:
        n: how many.
        seed: the same seed gives the same students.
        unit_code: five digits before every 学号.
        first: number of the first student, below 100,000 together with ``n``.
    Returns:
        texts by field, each as a careful person would type it.
    """
    chance = random.Random(seed)  # noqa: S311 - invented people, not secrets
    return [_row(chance, first + index, index // CLASS_SIZE, unit_code) for index in range(n)]


def _row(chance: random.Random, number: int, group: int, unit_code: str) -> dict[str, str]:
    male = chance.random() < 0.45
    name = name_of(chance, male=male)
    birth = date(ENTRY_YEAR - 19, 9, 1) + timedelta(days=chance.randrange(600))
    major, years = MAJORS[group % len(MAJORS)]
    own_number = f"{ENTRY_YEAR}{number:05d}"
    return {
        "student_no": unit_code + own_number,
        "email": f"s{own_number}@{chance.choice(_MAIL_HOSTS)}",
        "nickname": name,
        "real_name": name,
        "id_number": id_number_of(number, birth, male=male),
        "birth_date": birth.strftime("%Y%m%d"),
        "gender": "男" if male else "女",
        "entry_year": str(ENTRY_YEAR),
        "study_years": str(years),
        "class_name": f"{ENTRY_YEAR}级{major}{group // len(MAJORS) + 1}班",
        "major": major,
        "mobile": f"{chance.choice(_MOBILE_HEADS)}{number:05d}{chance.randrange(1000):03d}",
    }


def name_of(chance: random.Random, *, male: bool) -> str:
    """Return a plausible name."""
    given = chance.choices(_MALE if male else _FEMALE, k=chance.choice((1, 2, 2)))
    return chance.choice(_SURNAMES) + "".join(given)


def id_number_of(number: int, birth: date, *, male: bool) -> str:
    """Return a number whose region and sequence come from the person's number, so that no two are equal."""
    sequence, region = divmod(number, len(_CITIES))
    county, sequence = divmod(sequence, 500)
    first17 = f"{_CITIES[region]}{county + 1:02d}{birth:%Y%m%d}{sequence * 2 + male:03d}"
    return first17 + check_character(first17)
