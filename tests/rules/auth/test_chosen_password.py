"""Passwords that people choose: length, and what others know or try first."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.auth.chosen_password import password_problems


def problems(new: str) -> list[str]:
    found = password_problems(
        new,
        initial="31002X",
        mobile="13812345678",
        birth_date=date(2008, 3, 7),
        school_name="明德医科大学",
        login_names=["900012026001", "zhangsan88@example.com"],
        own_names=["夏初晴", "xiachuqing", "xcq"],
    )
    return [str(problem) for problem in found]


@pytest.mark.parametrize(
    "good", ["green horse battery", "我喜欢蓝色的天空", "tR8!vq2#Lm", "mangrove-tide", "x" * 5 + "yzzyqk" * 3]
)
def test_a_password_needs_no_composition(good: str) -> None:
    assert problems(good) == []


def test_blanks_alone_are_no_password() -> None:
    assert problems(" " * 12) == ["这个密码太常见，请换一个"]


def test_length_is_between_8_and_128() -> None:
    assert problems("tR8!vq2") == ["密码至少 8 个字符"]
    assert problems("tR8!vq2#Lm" * 13) == ["密码最多 128 个字符"]
    assert problems(("tR8!vq2#Lm" * 13)[:128]) == []


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("31002X31002X", "不能使用初始密码或在其上稍加改动"),
        ("a31002x!", "不能使用初始密码或在其上稍加改动"),
        ("13812345678", "不能使用自己的手机号"),
        ("12345678ab", "不能使用自己的手机号"),
        ("20080307", "不能使用自己的出生日期"),
        ("ab080307!", "不能使用自己的出生日期"),
        ("2008-03-07", "不能使用自己的出生日期"),
        ("900012026001", "不能使用自己的登录名"),
        ("zhangsan88!", "不能使用自己的登录名"),
        ("明德医科大学123", "不能使用学校名称"),
        ("XiaChuQing1", "不能使用自己的姓名"),
        ("夏初晴夏初晴夏初晴", "不能使用自己的姓名"),
    ],
)
def test_what_others_know_about_the_person_is_refused(new: str, sentence: str) -> None:
    assert sentence in problems(new)
