"""Search for names by their pronunciation."""

from __future__ import annotations

import pytest

from app.rules.shared.pinyin import pinyin_of, pinyin_of_title


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("王小明", "wangxiaoming", "wxm"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("曾国藩", "zengguofan", "zgf"),
        ("吕布", "lvbu", "lb"),
        ("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt"),
        ("ＪＯＨＮ Smith", "johnsmith", "johnsmith"),
        ("", "", ""),
    ],
)
def test_a_persons_name_is_read_as_a_name(name: str, full: str, initials: str) -> None:
    assert pinyin_of(name) == (full, initials)


@pytest.mark.parametrize(
    ("title", "full", "initials"),
    [
        ("重庆医科大学", "chongqingyikedaxue", "cqykdx"),
        ("长春中医药大学", "changchunzhongyiyaodaxue", "cczyydx"),
        ("第2附属ABC医院", "di2fushuabcyiyuan", "d2fsabcyy"),
    ],
)
def test_a_title_is_read_in_words(title: str, full: str, initials: str) -> None:
    assert pinyin_of_title(title) == (full, initials)


def test_both_forms_fit_their_columns() -> None:
    full, initials = pinyin_of("装" * 300)
    assert len(full) <= 400
    assert len(initials) <= 64
