"""The mapping page with its questions, and the buttons of the preview that read more of a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.errors import msg
from app.models import User
from app.services.imports.shared.source import choices_of
from app.sheets.rosters.choices import SHEET_NAME, Choices
from app.sheets.rosters.findings import Remark, SheetInfo
from app.sheets.rosters.mapping import Reading
from tenants.registry import SchoolInfo
from tests.support.import_pages import GOOD, import_id, roster, upload, work
from tests.support.manage import send
from tests.support.readings import change_readings, with_sheet, without_rows
from tests.support.rosters import Importer

SHEETS = (SheetInfo("临床1班", 4, False, True), SheetInfo("临床2班", 9, True, False))


def _asking(reading: Reading, choices: Choices) -> Reading:
    """Ask about hidden rows, sheets, the class and codes until each is answered."""
    rows = ((1, ("学号", "姓名")), (2, ("900012026001", "13800138000")))
    reading = replace(
        reading, sheets=SHEETS, hidden=3, visible=3, codes={"gender": ("0", "1")}, first_rows=rows
    )
    answered = {
        "hidden_rows": choices.hidden_rows,
        "sheets": choices.sheets,
        "class": choices.constants.get("class_name"),
        "codes": choices.codes,
    }
    questions = tuple(question for question, answer in answered.items() if not answer)
    return replace(reading, questions=questions, sheet=None if questions else reading.sheet)


ANSWERS = {
    "shown": ["sheets", "hidden_rows", "class", "codes", "ditto"],
    "sheets": ["临床1班", "临床2班"],
    "hidden_rows": "all",
    "class_from": "name",
    "class_name": "临床7班",
    "entry_year": "2026",
    "code-gender-0": "女",
    "code-gender-1": "男",
    "fill_ditto": "1",
}


def test_the_page_asks_what_is_open_and_the_answers_lead_to_the_preview(
    app: Flask,
    office: FlaskClient,
    school: SchoolInfo,
    importer: Importer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_readings(monkeypatch, _asking)
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    page = office.get(address).text
    for text in (
        "请先回答下面的问题",
        "读取哪些工作表？",
        "9 行，隐藏的工作表",
        "只导入显示的 3 行",
        "导入全部 6 行",
        "工作表的名称就是班级",
        "性别一列中的“0”表示",
        "138****8000",
    ):
        assert text in page
    assert "13800138000" not in page
    assert page.index("每一列是什么（已认出，可以修改）") > page.index("读取哪些工作表？")
    assert send(office, address + "columns", **ANSWERS).headers["Location"] == address
    work(app, school, address)
    assert "将新建 2 人" in office.get(address).text
    assert choices_of(importer.read(import_id(address)).options) == Choices(
        sheets=("临床1班", "临床2班"),
        hidden_rows="all",
        constants={"class_name": "临床7班", "entry_year": "2026"},
        codes={"gender": {"0": "女", "1": "男"}},
        fill_ditto=True,
    )
    again = office.get(address + "columns").text
    assert 'value="临床7班"' in again
    assert "返回预览" in again


def test_a_refused_answer_keeps_all_the_others(
    app: Flask, office: FlaskClient, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_readings(monkeypatch, _asking)
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    columns = {
        "column-0": "student_no",
        "column-1": "real_name",
        "column-2": "class_name",
        "column-3": "major",
    }
    refused = send(office, address + "columns", **{**ANSWERS, "entry_year": "明年", **columns})
    assert refused.status_code == 422
    page = refused.text
    assert "应为四位年份，如 2016" in page
    for kept in (
        r'name="sheets" value="临床2班" checked',
        r'name="hidden_rows" value="all" checked',
        r'value="临床7班"',
        r'value="明年"',
        r'<option value="女" selected',
        r'name="fill_ditto" value="1" checked',
        r'value="major" selected',
    ):
        assert re.search(kept, page), kept
    assert 'aria-invalid="true"' in page


def test_the_sheets_names_may_be_the_classes(
    app: Flask,
    office: FlaskClient,
    school: SchoolInfo,
    importer: Importer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_readings(monkeypatch, _asking)
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    send(
        office, address + "columns", **{**ANSWERS, "class_from": "sheet", "class_name": "", "entry_year": ""}
    )
    found = importer.read(import_id(address))
    assert choices_of(found.options).constants == {"class_name": SHEET_NAME}


def test_columns_that_are_not_changed_are_not_confirmed_by_the_way(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    chosen = ["student_no", "real_name", "class_name", "id_number", "entry_year"]
    fields = {f"column-{place}": field for place, field in enumerate(chosen)}
    send(office, address + "columns", shown="hidden_rows", hidden_rows="all", **fields)
    work(app, school, address)
    assert "按上次确认的列对应" not in office.get(address).text
    send(office, address + "columns", **{**fields, "column-3": ""})
    work(app, school, address)
    assert "按上次确认的列对应" in office.get(address).text


def test_what_another_person_has_answered_meanwhile_is_not_overwritten(
    app: Flask, office: FlaskClient, school: SchoolInfo, importer: Importer
) -> None:
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    seen = re.findall(r'name="seen" value="(\d+)"', office.get(address + "columns").text)[0]
    for answer in ("all", "shown"):
        form = {"shown": "hidden_rows", "hidden_rows": answer, "seen": seen}
        assert send(office, address + "columns", **form).status_code == 303
        work(app, school, address)
    assert "这次导入的状态已经改变，请刷新页面" in office.get(address).text
    assert choices_of(importer.read(import_id(address)).options).hidden_rows == "all"


def test_the_preview_says_first_who_may_be_missing_and_shows_the_sum(
    app: Flask, office: FlaskClient, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    remarks = (
        Remark(msg("已换成常用字")),
        Remark(msg("工作表另有名单"), missing=True, take="sheet", value="临床2班"),
        Remark(msg("有两行在表头上方"), missing=True, take="rows", rows=(2,)),
    )

    def change(reading: Reading, choices: Choices) -> Reading:
        reading = without_rows(replace(reading, sheets=SHEETS), {2: "above_header"}, choices.taken_rows)
        return with_sheet(reading, remarks=remarks)

    change_readings(monkeypatch, change)
    address = upload(office, roster(school, *GOOD, "{}0003,,临床一班,,2026"))
    work(app, school, address)
    page = office.get(address).text
    assert "文件中共 3 行 = 新建 1 + 修改 0 + 无变化 0 + 有问题 1 + 没有导入 1" in page
    assert "表头上方的 1 行" in page
    places = [
        page.index(text)
        for text in ("文件中共", "工作表另有名单", "读取这张工作表", "已换成常用字", "有问题，不会导入")
    ]
    assert places == sorted(places)
    assert "把这 1 行也读入" in page
    left_out = office.get(address + "?part=left_out").text
    assert "读入这一行" in left_out
    assert "欧阳晓明" in left_out
    assert "在表头上方" in left_out
    send(office, address + "take", what="rows", rows="2")
    work(app, school, address)
    assert "新建 2 + 修改 0 + 无变化 0 + 有问题 1 + 没有导入 0" in office.get(address).text
    kept = office.get(address + "columns").text
    assert "另外读入：第 2 行" in kept
    send(office, address + "columns", shown="taken")
    work(app, school, address)
    assert "没有导入 1" in office.get(address).text


def test_rows_of_several_sheets_bear_the_names_of_their_sheets(
    app: Flask, office: FlaskClient, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_readings(monkeypatch, lambda reading, _: with_sheet(reading, sheets=("临床1班", "临床2班")))
    address = upload(office, roster(school, GOOD[0], "{}0003,,临床一班,,2026"))
    work(app, school, address)
    assert "临床1班 第3行「真实姓名*」" in office.get(address).text.replace("「真实姓名」", "「真实姓名*」")


def test_an_unknown_way_of_taking_more_is_refused(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    send(office, address + "take", what="everything")
    assert "所选的内容不在可选范围内，请重新选择" in office.get(address).text


def test_another_schools_file_cannot_be_read_otherwise(
    office: FlaskClient,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
    client_for: Callable[..., FlaskClient],
) -> None:
    person = make_user(other_school, kind="administrator", must_change_password=False)
    address = upload(client_for(other_school, person), roster(other_school, *GOOD))
    for path in ("take", "columns"):
        assert send(office, address + path, what="hidden_rows").status_code == 404
