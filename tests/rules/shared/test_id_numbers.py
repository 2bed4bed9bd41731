from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.shared.cells import CellFlaw, Unreadable
from app.rules.shared.id_numbers import IdNumber, check_character, read_id_number
from samples.roster import make_rows

TODAY = date(2026, 11, 23)
birthdays = st.dates(date(1900, 1, 1), TODAY)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["110105", "440306", "810000", "933156"]))
    first17 = f"{region}{draw(birthdays):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first17 + check_character(first17)


def test_the_number_printed_in_the_standard_is_read() -> None:
    assert read_id_number("11010519491231002X", TODAY) == IdNumber(
        "11010519491231002X", date(1949, 12, 31), "female"
    )


@given(numbers())
def test_a_valid_number_is_read_however_it_is_typed(number: str) -> None:
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    for typed in (
        number,
        number.lower(),
        f" {number}\t",
        full_width,
        f"'{number}",
        f"{number[:6]} {number[6:]}",
    ):
        found = read_id_number(typed, TODAY)
        assert found is not None
        assert found.number == number
        assert found.birth_date == date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        assert found.gender == ("male" if int(number[16]) % 2 else "female")


@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(Unreadable):
        read_id_number(wrong, TODAY)


@given(numbers(), st.integers(0, 15))
def test_two_neighbouring_digits_exchanged_are_always_noticed(number: str, place: int) -> None:
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if wrong != number:
        with pytest.raises(Unreadable):
            read_id_number(wrong, TODAY)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("110105194912310021", "校验位不正确"),
        ("11010519491231002", "应为 18 位，其他证件请留空"),
        ("E12345678", "应为 18 位，其他证件请留空"),
        ("110105491231002", "是 15 位的旧号码，请填写 18 位号码"),
        ("1101051949123100AX", "应为 17 位数字加一位数字或 X"),
        ("١10105194912310021", "应为 17 位数字加一位数字或 X"),
        ("000105194912310022", "前两位不是有效的地区代码"),
        ("110105194913310022", "其中的出生日期无效"),
        ("110105202702290022", "其中的出生日期无效"),
        (1.1010519491231e17, "数字超过 15 位，Excel 已丢失末位，请将该列设为文本后重新填写"),
        (110105194912310022, "数字超过 15 位，Excel 已丢失末位，请将该列设为文本后重新填写"),
        ("1.10105E+17", "是科学计数法 1.10105E+17，末尾的数字已经丢失，请将该列设为文本后重新填写"),
        (CellFlaw.ERROR, "单元格是错误值（如 #REF!），请改为具体内容"),
        (CellFlaw.FORMULA, "公式没有计算结果，请改为具体内容"),
    ],
)
def test_a_wrong_number_is_refused_with_the_reason(typed: str | float | CellFlaw, sentence: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_id_number(typed, TODAY)
    assert str(refusal.value.message) == sentence


def test_an_empty_cell_is_no_number() -> None:
    assert read_id_number(None, TODAY) is None
    assert read_id_number(" \u3000\u200b", TODAY) is None


def test_sample_students_have_valid_and_different_numbers() -> None:
    rows = make_rows(20_000, 1, "90001")
    assert len({row["id_number"] for row in rows}) == 20_000
    assert all(read_id_number(row["id_number"], TODAY) for row in rows[::50])
