from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.shared.cells import Cell, CellFlaw, Unreadable, code_text, display_text, normalised_text
from app.rules.shared.gender_and_years import read_entry_year, read_gender, read_study_years
from app.rules.shared.texts import first_few, read_line, read_name, read_student_no

TODAY = date(2026, 11, 23)


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_up_to_fifteen_digits_come_out_of_a_number_without_loss(number: int) -> None:
    assert normalised_text(float(number)) == str(number)
    assert normalised_text(number) == str(number)


@given(st.integers(10**15, 10**18))
def test_more_than_fifteen_digits_in_a_number_are_refused(number: int) -> None:
    for cell in (float(number), number, display_text(float(number))):
        with pytest.raises(Unreadable, match="超过 15 位"):
            normalised_text(cell)


@given(st.text())
def test_any_text_is_cleaned_or_refused_and_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        once = normalised_text(text)
    except Unreadable:
        return
    assert normalised_text(once) == once
    assert once == once.strip()
    assert not set(once) & set("\u200b\ufeff\u3000\x00\t\n")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (None, ""),
        ("a", "a"),
        (5.0, "5"),
        (1.5, "1.5"),
        (True, "TRUE"),
        (date(1990, 10, 12), "1990-10-12"),
        (datetime(1990, 10, 12), "1990-10-12"),  # noqa: DTZ001
        (datetime(1990, 10, 12, 8), "1990-10-12 08:00:00"),  # noqa: DTZ001
        (1.10105194912310e17, "1.10105194912310E+17"),
        (CellFlaw.ERROR, "#ERROR!"),
    ],
)
def test_a_cell_is_shown_as_the_person_sees_it(cell: Cell, shown: str) -> None:
    assert display_text(cell) == shown


def test_codes_lose_blanks_and_full_width_signs() -> None:
    assert code_text("９０００１ ２０２６－００１") == "900012026-001"
    assert code_text("'90001001") == "90001001"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("张 三", "张三"),
        ("　张　三　", "张三"),
        ("欧阳 娜娜", "欧阳娜娜"),
        ("John  Smith", "John Smith"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("王䶮", "王䶮"),
        ("李𬱖", "李𬱖"),
        ("张\u200b三\ufeff", "张三"),
        ("Ｌｉ Ｍｉｎｇ", "Li Ming"),
        ("", None),
    ],
)
def test_names_lose_padding_and_keep_what_belongs_to_them(typed: str, name: str | None) -> None:
    assert read_name(typed) == name


@pytest.mark.parametrize("typed", ["张?", "\ue000三", "张\ufffd"])
def test_names_that_an_encoding_has_destroyed_are_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="含有无法识别的字符"):
        read_name(typed)


def test_texts_longer_than_their_column_are_refused() -> None:
    assert read_line("班" * 64, 64) == "班" * 64
    with pytest.raises(Unreadable, match="超过 64 个字符"):
        read_line("班" * 65, 64)
    with pytest.raises(Unreadable, match="超过 32 个字符"):
        read_student_no("9" * 33)


@pytest.mark.parametrize(
    ("typed", "number"), [("90001-A_1.b", "90001-A_1.b"), (90001001.0, "90001001"), (" 9000 1 ", "90001")]
)
def test_student_numbers_are_read_as_text(typed: str | float, number: str) -> None:
    assert read_student_no(typed) == number


@pytest.mark.parametrize("typed", ["90001/1", "学90001", "=90001", "-1", "90001,90002"])
def test_student_numbers_with_other_signs_are_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="只能包含字母、数字"):
        read_student_no(typed)


@pytest.mark.parametrize("typed", ["男", " 男 ", "男性", "Male", "M", "m", "1", 1.0])
def test_men_are_recognised(typed: str | float) -> None:
    assert read_gender(typed) == "male"


@pytest.mark.parametrize("typed", ["女", "女生", "FEMALE", "f", 2])
def test_women_are_recognised(typed: str | float) -> None:
    assert read_gender(typed) == "female"


@pytest.mark.parametrize("typed", ["未知", "0", 3.0, "x"])
def test_other_genders_are_refused(typed: str | float) -> None:
    with pytest.raises(Unreadable, match="应为“男”或“女”"):
        read_gender(typed)


@pytest.mark.parametrize("typed", ["2016", "2016级", "2016年", 2016.0, "２０１６", " 2016 "])
def test_entry_years_are_read(typed: str | float) -> None:
    assert read_entry_year(typed, TODAY) == 2016


def test_entry_years_run_from_1950_to_next_year() -> None:
    assert read_entry_year(1950, TODAY) == 1950
    assert read_entry_year(2027, TODAY) == 2027
    for typed in (1949, 2028, "16", "2016届", "大一", 2016.5):
        with pytest.raises(Unreadable, match="应为四位年份，如 2016"):
            read_entry_year(typed, TODAY)


@pytest.mark.parametrize("typed", ["5", 5.0, "5年", "5年制", "五年制", "五", "五年"])
def test_lengths_of_study_are_read(typed: str | float) -> None:
    assert read_study_years(typed) == 5


@pytest.mark.parametrize("typed", ["0", "11", "本科", "5.5", -1])
def test_other_lengths_of_study_are_refused(typed: str | float) -> None:
    with pytest.raises(Unreadable, match="应为 1 到 10 的数字"):
        read_study_years(typed)


@pytest.mark.parametrize(
    ("texts", "shown"),
    [([], ()), (["甲", "乙、丙"], ("甲", "乙、丙")), (["甲", "乙", "丙"], ("甲", "乙…"))],
)
def test_the_first_of_a_list_say_that_there_are_more(texts: list[str], shown: tuple[str, ...]) -> None:
    assert first_few(texts, 2) == shown
