"""The teacher template (manual 5.2), the known headers, and the samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.writing.teacher_template import teacher_template
from samples import make_samples
from tests.support.sheets import read_teachers

FOLDER = Path(make_samples.__file__).parent


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
