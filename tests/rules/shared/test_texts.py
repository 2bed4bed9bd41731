"""Names, lines and numbers of students as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.shared.cells import Cell, Unreadable
from app.rules.shared.texts import first_few, read_line, read_name, read_real_name, read_student_no


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


@pytest.mark.parametrize(
    ("texts", "shown"),
    [([], ()), (["甲", "乙、丙"], ("甲", "乙、丙")), (["甲", "乙", "丙"], ("甲", "乙…"))],
)
def test_the_first_of_a_list_say_that_there_are_more(texts: list[str], shown: tuple[str, ...]) -> None:
    assert first_few(texts, 2) == shown


@pytest.mark.parametrize(
    "name",
    [
        "王明",
        "欧阳小明",
        "买买提·吐尔逊",
        "Anna-Maria O’Neil",
        "Li, Wei",
        "김민수",
        "たなか",
        "Иван Петров",
        "สมชาย",
        "李彦（小）",
        "王䶮",
        "学生1",
    ],
)
def test_names_of_all_scripts_are_names(name: str) -> None:
    assert read_real_name(name) is not None


@pytest.mark.parametrize(
    "cell",
    [
        12345.0,
        7,
        True,
        date(2024, 1, 2),
        "13900000001",
        "900012024001",
        "2024-01-02",
        "a@b.cn",
        "王",
        "...",
        "12",
    ],
)
def test_what_is_no_name_is_a_problem(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        read_real_name(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("900012029021.0", "900012029021"),
        (900012029021.0, "900012029021"),
        ("900012029021.00", "900012029021"),
        ("2024.1", "2024.1"),
    ],
)
def test_the_fraction_that_programs_add_to_a_number_goes(cell: Cell, number: str) -> None:
    assert read_student_no(cell) == number


@pytest.mark.parametrize("cell", [12.5, "900012029021.5", True, date(2024, 1, 2)])
def test_other_fractions_and_dates_are_no_student_numbers(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        read_student_no(cell)


def test_a_private_character_is_named() -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_real_name("王\ue123明")
    assert "U+E123" in str(unreadable.value)


@pytest.mark.parametrize(
    "name", ["阿依古丽·买买提", "阿依古丽．买买提", "阿依古丽.买买提", "'阿依古丽・买买提"]
)
def test_the_dot_of_a_name_is_stored_one_way(name: str) -> None:
    assert read_real_name(name) == "阿依古丽·买买提"
