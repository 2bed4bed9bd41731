"""The catalogue of disciplines and subjects."""

from __future__ import annotations

from app.rules.courses.disciplines import DISCIPLINES, is_subject_of, subjects_of
from app.rules.courses.fields import LENGTHS


def test_the_catalogue_fits_its_columns_and_names_nothing_twice() -> None:
    for discipline, subjects in DISCIPLINES.items():
        assert len(discipline) <= LENGTHS["category"]
        assert subjects
        assert len(set(subjects)) == len(subjects)
        assert all(len(subject) <= LENGTHS["subject"] for subject in subjects)


def test_a_subject_belongs_to_its_discipline_and_none_is_required() -> None:
    assert is_subject_of("临床医学", "内科学")
    assert is_subject_of("临床医学", "")
    assert not is_subject_of("临床医学", "生理学")
    assert is_subject_of("自设学科", "随便什么")
    assert subjects_of("自设学科") == ()
