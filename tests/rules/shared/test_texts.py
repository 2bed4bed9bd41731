"""Names, lines and numbers of students as people write them."""

from __future__ import annotations

import pytest

from app.rules.shared.cells import Unreadable
from app.rules.shared.texts import first_few, read_line, read_name, read_student_no


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
