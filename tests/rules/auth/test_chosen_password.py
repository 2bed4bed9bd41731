from __future__ import annotations

from datetime import date

import pytest

from app.rules.auth.chosen_password import password_problems
from app.rules.auth.common_passwords import is_common
from app.rules.auth.initial_password import initial_password


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


def test_the_initial_password_is_the_end_of_the_id_number_else_123456() -> None:
    assert initial_password("11010519491231002X") == "31002X"
    assert initial_password("11010519491231002x") == "31002X"
    assert initial_password(None) == "123456"
    assert initial_password("") == "123456"


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


@pytest.mark.parametrize(
    "new",
    [
        "12345678", "123456789", "1234567890", "87654321", "11111111", "00000000", "88888888", "66668888",
        "password", "Password1", "passw0rd!", "p@ssw0rd", "qwertyui", "qwertyuiop", "1qaz2wsx", "1q2w3e4r",
        "q1w2e3r4", "asdfghjkl", "qazwsxedc", "abc12345", "abcd1234", "a1234567", "woaini1314", "woaini520",
        "5201314520", "iloveyou", "admin123", "admin@123", "administrator", "student1", "teacher123",
        "xuesheng123", "welcome1", "abc123456", "123abc456", "qwe123456", "asd123456", "zxcvbnm123", "147258369",
        "12341234", "abcabcabc", "13145200", "zhang123456", "19900101", "1234qwer", "aa123456", "123456aa",
    ],
)  # fmt: skip
def test_the_commonest_passwords_are_refused(new: str) -> None:
    assert is_common(new.casefold())


@pytest.mark.parametrize(
    "new", ["correct horse", "mangrove-tide", "passage of time", "tR8!vq2#Lm".casefold(), "chenille-42-fog"]
)
def test_uncommon_ones_are_not(new: str) -> None:
    assert not is_common(new)
