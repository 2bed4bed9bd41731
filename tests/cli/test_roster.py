"""``flask roster import``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app.errors import msg
from app.models import RosterImport
from app.services.imports.shared.source import choices_of
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.findings import Remark, SheetInfo
from app.sheets.rosters.mapping import Reading
from tenants.scope import school_scope
from tests.support.readings import change_readings, with_sheet, without_rows
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


def _import_text(app: Flask, importer: Importer, path: Path, text: str, *options: str) -> Result:
    path.write_text(text.replace("{}", importer.school.unit_code), encoding="utf-8")
    arguments = ["roster", "import", str(path), "--school", importer.school.slug, "--yes", *options]
    return app.test_cli_runner().invoke(args=arguments)


EXPORT = "XH,XM,BJ,BZ\n{}0001,张三,临床一班,甲\n{}0002,李四,临床一班,乙\n"


@pytest.mark.parametrize("columns", ["A=学号,B=真实姓名,C=所属班级", "xh=学号，xm=姓名，bj=班级"])
def test_columns_are_named_by_letter_or_header(
    app: Flask, importer: Importer, tmp_path: Path, columns: str
) -> None:
    done = _import_text(app, importer, tmp_path / "a.csv", EXPORT, "--columns", columns)
    assert done.exit_code == 0, done.output
    assert {user.real_name for user in importer.users().values()} == {"张三", "李四"}


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ("A=学号,Z=姓名,C=班级", "文件里没有“Z”列"),
        ("A=学号,B=星座,C=班级", "没有“星座”这一项，可用：学号"),
        ("A=学号,B=姓名", "还没有选择“所属班级”对应的列"),
    ],
)
def test_columns_that_cannot_be_are_refused_and_leave_no_open_import(
    app: Flask, importer: Importer, tmp_path: Path, columns: str, sentence: str
) -> None:
    done = _import_text(app, importer, tmp_path / "a.csv", EXPORT, "--columns", columns)
    assert done.exit_code == 2
    assert sentence in done.output
    assert _states(importer) == ["discarded"]


@pytest.mark.parametrize(
    "option", [("--columns", "学号"), ("--codes", "0=女"), ("--codes", "gender:0=x"), ("--rows", "some")]
)
def test_options_that_are_not_written_as_they_should_be_are_refused(
    app: Flask, importer: Importer, tmp_path: Path, option: tuple[str, str]
) -> None:
    done = _import_text(app, importer, tmp_path / "a.csv", EXPORT, *option)
    assert done.exit_code == 2
    assert option[0] in done.output
    assert _states(importer) == []


SHEETS = (SheetInfo("临床1班", 4, False, True), SheetInfo("旧名单", 9, True, False))


def _asking(reading: Reading, choices: Choices) -> Reading:
    """Ask about hidden rows, sheets, the class and codes until each is answered."""
    reading = replace(reading, sheets=SHEETS, hidden=3, visible=3, codes={"gender": ("0", "1")})
    answered = {
        "hidden_rows": choices.hidden_rows,
        "sheets": choices.sheets,
        "class": choices.constants.get("class_name"),
        "codes": choices.codes,
    }
    questions = tuple(question for question, answer in answered.items() if not answer)
    return replace(reading, questions=questions, sheet=None if questions else reading.sheet)


def test_a_question_is_printed_with_the_option_that_answers_it(
    app: Flask, importer: Importer, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_readings(monkeypatch, _asking)
    asked = _run(app, importer, plain_rows(importer.school), file, "--yes")
    assert asked.exit_code == 2
    for text in (
        "用 --rows all 导入全部 6 行",
        "临床1班（4）、旧名单（9）。请用 --sheet",
        "请用 --class 指定班级",
        "--codes gender:0=男",
    ):
        assert text in asked.output
    assert "刷新页面" not in asked.output
    answers = ["--rows", "shown", "--sheet", "临床1班", "--class", "临床1班", "--codes", "gender:0=女,1=男"]
    answers += ["--entry-year", "2026", "--major", "临床医学", "--fill-ditto", "--header-row", "1"]
    done = _run(app, importer, plain_rows(importer.school), file, "--yes", *answers)
    assert done.exit_code == 0, done.output
    assert _states(importer) == ["discarded", "applied"]
    with school_scope(importer.school.id) as session:
        options = session.scalars(select(RosterImport.options).order_by(RosterImport.id.desc())).first()
    assert choices_of(options or {}) == Choices(
        sheets=("临床1班",),
        header_row=1,
        hidden_rows="shown",
        constants={"class_name": "临床1班", "entry_year": "2026", "major": "临床医学"},
        codes={"gender": {"0": "女", "1": "男"}},
        fill_ditto=True,
    )


def test_a_sheet_that_the_file_does_not_have_is_named_with_those_that_it_has(
    app: Flask, importer: Importer, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_readings(monkeypatch, lambda reading, _: replace(reading, sheets=SHEETS))
    done = _run(app, importer, plain_rows(importer.school), file, "--yes", "--sheet", "三班")
    assert done.exit_code == 2
    assert "文件里没有工作表三班；有：临床1班、旧名单" in done.output
    assert importer.users() == {}


def test_remarks_and_rows_that_are_left_out_are_printed(
    app: Flask, importer: Importer, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(reading: Reading, _: Choices) -> Reading:
        remarks = (Remark(msg("另有一张工作表"), missing=True),)
        return with_sheet(without_rows(reading, {4: "not_a_person"}), remarks=remarks)

    change_readings(monkeypatch, change)
    done = _run(app, importer, plain_rows(importer.school), file, "--yes")
    assert done.exit_code == 0
    assert "共 3 行：新建 2，修改 0，无变化 0，有问题 0，没有导入 1" in done.output
    assert "没有导入 1 行：不像是人员，例如合计、签名或备注" in done.output
    assert "另有一张工作表" in done.output
