"""``flask roster import``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app.models import RosterImport
from tenants.scope import school_scope
from tests.support.rosters import Importer, cells_of, plain_rows, sheet_of
from tests.support.teachers import TeacherImporter, packed, picture, teacher_sheet


def _run(
    app: Flask, importer: Importer, rows: list[dict[str, str]], *options: str, answer: str = ""
) -> Result:
    """Run the command on these rows."""
    path = Path(options[0])
    path.write_bytes(sheet_of(rows))
    arguments = ["roster", "import", str(path), "--school", importer.school.slug, *options[1:]]
    return app.test_cli_runner().invoke(args=arguments, input=answer)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Where the roster is."""
    return str(tmp_path / "学生.xlsx")


def test_a_clean_roster_goes_in(app: Flask, importer: Importer, file: str) -> None:
    done = _run(app, importer, plain_rows(importer.school), file, "--yes")
    assert done.exit_code == 0, done.output
    assert "共 3 行：新建 3，修改 0，无变化 0，有问题 0" in done.output
    assert "已新建 3 人" in done.output
    assert len(importer.users()) == 3
    again = _run(app, importer, plain_rows(importer.school), file, "--yes")
    assert again.exit_code == 0
    assert "没有需要新建或修改的数据" in again.output
    assert _states(importer) == ["applied", "discarded"]


def test_an_unknown_header_is_named_and_leaves_no_open_import(
    app: Flask, importer: Importer, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("学籍编码,称谓,甲\n900012025001,张三,1\n900012025002,李四,2\n", encoding="utf-8")
    done = app.test_cli_runner().invoke(
        args=["roster", "import", str(path), "--school", importer.school.slug, "--yes"]
    )
    assert done.exit_code == 2
    assert "甲" in done.output
    assert "「学生用户导入」页面" in done.output
    assert "刷新页面" not in done.output
    assert _states(importer) == ["discarded"]


def _states(importer: Importer) -> list[str]:
    with school_scope(importer.school.id) as session:
        return list(session.scalars(select(RosterImport.state).order_by(RosterImport.id)))


def test_problems_are_said_as_people_see_them_and_left_out(
    app: Flask, importer: Importer, file: str, tmp_path: Path
) -> None:
    rows = plain_rows(importer.school)
    rows[1]["mobile"] = "1"
    problems = tmp_path / "problems.xlsx"
    done = _run(app, importer, rows, file, "--yes", "--problems", str(problems))
    assert done.exit_code == 3, done.output
    assert "第 3 行「手机号」：应为 11 位手机号" in done.output
    assert len(importer.users()) == 2
    assert [row[-1] for row in cells_of(problems.read_bytes())] == ["错误说明", "手机号：应为 11 位手机号"]


def test_no_means_nothing_is_written(app: Flask, importer: Importer, file: str) -> None:
    done = _run(app, importer, plain_rows(importer.school), file, answer="n\n")
    assert done.exit_code == 2
    assert importer.users() == {}


def test_the_unit_code_can_be_added(app: Flask, importer: Importer, file: str) -> None:
    rows = [{**row, "student_no": row["student_no"][5:]} for row in plain_rows(importer.school)]
    hint = _run(app, importer, rows, file, "--yes")
    assert hint.exit_code == 3
    assert "有 3 个学号缺少单位代码，可加上 --add-unit-code" in hint.output
    done = _run(app, importer, rows, file, "--yes", "--add-unit-code")
    assert done.exit_code == 0, done.output
    assert len(importer.users()) == 3


def test_what_is_no_roster_is_refused_in_one_sentence(app: Flask, importer: Importer, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7")
    done = app.test_cli_runner().invoke(
        args=["roster", "import", str(path), "--school", importer.school.slug]
    )
    assert done.exit_code == 2
    assert "这不是电子表格，请上传 .xlsx、.xls、.ods 或 .csv 文件。" in done.output


def test_an_unknown_school_is_refused(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    assert (
        app.test_cli_runner().invoke(args=["roster", "import", str(path), "--school", "none"]).exit_code == 2
    )


def test_teachers_come_with_their_pictures(app: Flask, teachers: TeacherImporter, tmp_path: Path) -> None:
    roster, archive = tmp_path / "教师.xlsx", tmp_path / "图片.zip"
    roster.write_bytes(
        teacher_sheet(
            [{"real_name": "王芳", "picture": "王芳.png"}, {"real_name": "李雷", "picture": "无.png"}]
        )
    )
    archive.write_bytes(packed({"王芳.png": picture()}))
    arguments = ["--school", teachers.school.slug, "--kind", "teachers", "--pictures", str(archive), "--yes"]
    done = app.test_cli_runner().invoke(args=["roster", "import", str(roster), *arguments])
    assert done.exit_code == 0, done.output
    assert "第 3 行「图片」：图片压缩包里没有“无.png”，没有导入图片" in done.output
    wang, li = teachers.teachers()
    assert (wang.login_name, li.login_name) == ("wangfang1", "lilei1")
    assert wang.photo_sha
    again = app.test_cli_runner().invoke(args=["roster", "import", str(roster), *arguments])
    assert again.exit_code == 3
    assert "本校已有同名教师" in again.output
