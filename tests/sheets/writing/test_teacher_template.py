"""The teacher template (manual 5.2), the known headers, and the samples."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from app.rules.imports.teachers import LABELS, check_teacher, find_duplicates
from app.sheets.reading.pictures import PictureArchive
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.reading.workbook import Grid, Workbook
from app.sheets.writing.teacher_template import teacher_template
from samples import make_samples
from tests.support.sheets import read_teachers

FOLDER = Path(make_samples.__file__).parent
TODAY = date(2026, 11, 23)


def test_the_template_has_the_manuals_columns_below_the_rules() -> None:
    content = teacher_template(school_name="明德医科大学", translate=str)
    data, notes = read_workbook(content, "a.xlsx").grids
    assert data.rows[1] == ["真实姓名*", "身份证号", "手机号", "邮箱", "教师简介", "图片"]
    assert str(data.rows[0][0]).startswith("填写说明")
    assert notes.name == "填写说明"
    assert "建议填写真实手机号，可作为登录名使用。" in [row[1] for row in notes.rows if len(row) > 1]


def test_the_example_of_the_template_is_no_teacher() -> None:
    content = teacher_template(school_name="明德医科大学", translate=str)
    with pytest.raises(SheetRefused, match="表格只有表头"):
        read_teachers(read_workbook(content, "a.xlsx"))


@pytest.mark.parametrize(
    ("word", "field"),
    [("姓名", "real_name"), ("教师姓名（必填）", "real_name"), ("手机号码", "mobile"), ("用户邮箱", "email"),
     ("个人简介", "bio"), ("照片", "picture"), ("证件号码", "id_number"), ("登录名", "login_name")],
)  # fmt: skip
def test_words_of_schools_programs_are_known(word: str, field: str) -> None:
    others = [label for name, label in LABELS.items() if name not in (field, "login_name")]
    sheet = read_teachers(Workbook("xlsx", [Grid("a", [[*others, word], ["x"] * (len(others) + 1)])]))
    assert sheet.labels[field]


def test_names_alone_are_a_roster() -> None:
    sheet = read_teachers(Workbook("xlsx", [Grid("a", [["姓名"], ["王芳"]])]))
    assert [row.cells["real_name"] for row in sheet.rows] == ["王芳"]


def test_students_are_not_taken_for_teachers() -> None:
    with pytest.raises(SheetRefused, match="这像是学生名单"):
        read_teachers(Workbook("xlsx", [Grid("a", [["姓名", "学号"], ["王芳", "1"]])]))


def test_the_sample_holds_forty_good_teachers_and_the_pictures_that_they_name() -> None:
    sheet = read_teachers(read_workbook((FOLDER / "teachers-40.xlsx").read_bytes(), "a.xlsx"))
    checked = [check_teacher(row, today=TODAY) for row in sheet.rows]
    assert [row.problems for row in checked] == [()] * 40
    assert find_duplicates(checked) == []
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
