"""Format codes tell what a cell shows, or that it cannot be told."""

from __future__ import annotations

import pytest

from app.sheets.reading.number_formats import PLAIN, Shown, may_differ, shown_text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (981, "00000000", "00000981"),
        (2401, '"临床"0"班"', "临床2401班"),
        (2401, "临床0班", "临床2401班"),
        (2401, r"\临\床0\班", "临床2401班"),
        (1234567, "000-0000", "123-4567"),
        (12345678, "000-0000", "1234-5678"),
        (4567, "000-0000", "000-4567"),
        (2024, '0"级"', "2024级"),
        (2024, '0"级";-0"级"', "2024级"),
        (2024, 'General"级"', "2024级"),
        (2024, 'G/通用格式"级"', "2024级"),
        (5, "00_ ", "05"),
        (5, "[Red]00", "05"),
        (5, "[$-804]00", "05"),
        (110105, '#"-"####', "11-0105"),
        (1, '[=1]"男";[=2]"女"', "男"),
        (2, '[=1]"男";[=2]"女"', "女"),
        (7, '[<10]"0"0;0', "07"),
        (0, "0;-0;;@", ""),
        (0, '0;-0;"无"', "无"),
        (0.5, "0%", "50%"),
        (-5, "000", "-005"),
        (1234, '#,##0"元"', "1,234元"),
        (5, '0.0"级"', "5.0级"),
    ],
)
def test_the_text_is_certain(value: float, code: str, text: str) -> None:
    assert shown_text(value, code) == Shown("text", text)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *(
            (981, code)
            for code in ("General", "0", "#,##0", "0.00", "#,##0.00_ ", "@", "0_);(0)", "0.00E+00")
        ),
        *((981, code) for code in ("[$¥-804]#,##0.00", '"¥"#,##0;"¥"-#,##0', "#", "# ?/?", "[Blue]0", "* 0")),
        *((45000, code) for code in ("yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d;@", "h:mm AM/PM")),
        (-981, "0_);(0)"),
        (1.5, "0"),
        (12345678, "00000000"),
        (13812345678, "000 0000 0000"),
        (1.1010519491231e17, "000000000000000000"),
        (10, '[<10]"0"0;0'),
    ],
)
def test_a_decoration_leaves_the_number(value: float, code: str) -> None:
    assert shown_text(value, code) == PLAIN


@pytest.mark.parametrize(
    ("value", "code", "probable"),
    [
        (202401010001, "[s]", "17487447264086400"),
        (1.5, "[h]:mm", "36:00"),
        (2024.5, '0"级"', "2025级"),
        (3, "[DBNum1]0", "三"),
        (3, "[DBNum1][$-804]General", "三"),
        (5, ";;;", ""),
        (5, "0x0", "0x5"),
        (3, '[=1]"男";[=2]"女"', "3"),
        (5, '"临床"@', "临床5"),
    ],
)
def test_what_cannot_be_told_is_unclear(value: float, code: str, probable: str) -> None:
    assert shown_text(value, code) == Shown("unclear", probable)


def test_texts_are_shown_with_the_words_of_their_section() -> None:
    assert shown_text("2401", '"临床"@"班"') == Shown("text", "临床2401班")
    assert shown_text("2401", '0;0;0;"临床"@') == Shown("text", "临床2401")
    assert shown_text("2401", "00000000") == PLAIN
    assert shown_text("2401", "@") == PLAIN


def test_common_codes_need_no_look_at_the_cells() -> None:
    plain = ["General", "0", "0.00", "#,##0", "@", "yyyy-mm-dd", "0_ ", "0_);[Red](0)", "m/d/yy h:mm", "# "]
    assert [code for code in plain if may_differ(code)] in ([], ["0_);[Red](0)"])
    assert all(map(may_differ, ["00", '0"级"', "[h]:mm", "0%", ";;;", "000-0000"]))


@pytest.mark.parametrize("value", [float("inf"), float("nan"), -1e300, 1e-300, 1e16])
@pytest.mark.parametrize(
    "code", ["[h]:mm", "[s]", "000%", "0" * 60 + "." + "0" * 40, "[[[;;;;;;0/0E+@@,,,", '"a']
)
def test_no_number_and_no_code_fails(value: float, code: str) -> None:
    assert shown_text(value, code).outcome in {"plain", "text", "unclear"}
