"""The committed samples equal the output of their program and match their README."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from app.rules.imports.students import CheckedStudent, check_student, find_duplicates
from app.rules.imports.teachers import check_teacher
from app.rules.imports.teachers import find_duplicates as find_teacher_duplicates
from app.sheets.reading.pictures import PictureArchive
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from samples import make_samples
from samples.roster import FIELDS, make_rows
from tests.support.sheets import read_students, read_teachers

FOLDER = Path(make_samples.__file__).parent
TODAY = date(2026, 11, 23)


def checked(name: str) -> list[CheckedStudent]:
    sheet = read_students(read_workbook((FOLDER / name).read_bytes(), name))
    return [check_student(row, unit_code="90001", today=TODAY, labels=sheet.labels) for row in sheet.rows]


@pytest.mark.parametrize("name", make_samples.SAMPLES)
def test_a_sample_is_written_again_cell_for_cell(name: str) -> None:
    again = make_samples.SAMPLES[name]()
    assert read_workbook(again, name) == read_workbook((FOLDER / name).read_bytes(), name)


@pytest.mark.parametrize(
    ("name", "count", "classes"),
    [
        ("students-300.xlsx", 300, 10),
        ("students.xls", 60, 2),
        ("students-gb18030.csv", 120, 4),
        ("students-shuffled.xlsx", 100, 4),
    ],
)
def test_a_clean_sample_has_no_problems(name: str, count: int, classes: int) -> None:
    students = checked(name)
    assert [student.problems for student in students] == [()] * count
    assert find_duplicates(students) == []
    assert len({student.values.class_name for student in students}) == classes


def test_the_sample_with_problems_has_twenty_different_ones() -> None:
    students = checked("students-300-problems.xlsx")
    problems = [problem for student in students for problem in student.problems] + find_duplicates(students)
    kinds = {(problem.column_label, problem.message.text) for problem in problems}
    assert len(kinds) == 20
    assert len(students) == 300
    assert len({problem.row_no for problem in problems}) == 21


def test_the_clean_samples_do_not_overlap() -> None:
    students = [
        student
        for name in make_samples.SAMPLES
        if name != "students-300-problems.xlsx"
        for student in checked(name)
    ]
    assert find_duplicates(students) == []


def test_sample_students_are_the_same_for_the_same_seed() -> None:
    assert make_rows(50, 7, "90001") == make_rows(50, 7, "90001")
    assert make_rows(50, 7, "90001") != make_rows(50, 8, "90001")
    assert tuple(make_rows(1, 1, "90001")[0]) == FIELDS


@pytest.mark.parametrize("field", ["student_no", "id_number", "mobile", "email"])
def test_twenty_thousand_sample_students_are_all_different(field: str) -> None:
    assert len({row[field] for row in make_rows(20_000, 1, "90002")}) == 20_000


def test_samples_damaged_at_random_are_read_or_refused_but_never_break_anything() -> None:
    chance = random.Random(5)
    contents = [(FOLDER / name).read_bytes() for name in make_samples.SAMPLES]
    for _ in range(40):
        content = bytearray(chance.choice(contents))
        for _ in range(chance.choice((1, 3, 20))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        with contextlib.suppress(SheetRefused):
            assert read_students(read_workbook(bytes(content[: chance.choice((None, -100))]), "a.xlsx")).rows


def test_the_sample_holds_forty_good_teachers_and_the_pictures_that_they_name() -> None:
    sheet = read_teachers(read_workbook((FOLDER / "teachers-40.xlsx").read_bytes(), "a.xlsx"))
    checked = [check_teacher(row, today=TODAY) for row in sheet.rows]
    assert [row.problems for row in checked] == [()] * 40
    assert find_teacher_duplicates(checked) == []
    archive = PictureArchive((FOLDER / "teachers-40.zip").read_bytes())
    found = [archive.find(row.values.picture) for row in checked if row.values.picture]
    assert [len(members) for members in found] == [1] * 27


def test_the_samples_are_written_again_the_same() -> None:
    again = make_samples.TEACHER_SAMPLES
    old = (FOLDER / "teachers-40.xlsx").read_bytes()
    assert read_workbook(again["teachers-40.xlsx"](), "a.xlsx") == read_workbook(old, "a.xlsx")
    kept = zipfile.ZipFile(FOLDER / "teachers-40.zip")
    made = zipfile.ZipFile(io.BytesIO(again["teachers-40.zip"]()))
    with kept, made:
        assert kept.namelist() == made.namelist()
        for name in kept.namelist():
            pair = [Image.open(archive.open(name)) for archive in (kept, made)]
            assert ImageChops.difference(*pair).getbbox() is None
