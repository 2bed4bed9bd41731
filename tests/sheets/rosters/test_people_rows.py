"""Rows that are no people, and rows of people that look nearly so."""

from __future__ import annotations

import pytest

from app.sheets.rosters.people_rows import is_no_person

STUDENT = ("student_no", "real_name", "class_name")


@pytest.mark.parametrize(
    "texts",
    [
        ["合计"],
        ["合计", "3人"],
        ["小计", "12", "8"],
        ["（共1人）"],
        ["共 35 人"],
        ["以下空白"],
        ["制表：李某"],
        ["填表人：张某     审核人：李某"],
        ["注：请核对"],
        ["备注：本表一式两份"],
        ["审核人（签字）：", "日期：2026年9月1日"],
        ["第 1 页 共 3 页"],
        ["临床医学院"],
        ["31"],
        ["总人数：35"],
        ["※带星号的必填"],
        ["时间地点：周一第1-2节{第1-16周}，甲楼101"],
    ],
)
def test_sums_notes_and_names_of_groups_are_no_people(texts: list[str]) -> None:
    assert is_no_person(texts, {}, STUDENT)
    assert is_no_person(texts, {"real_name": texts[0]}, ("real_name",)) == (texts != ["31"])


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (["900012024001"], {"student_no": "900012024001"}),
        (["王小明"], {"real_name": "王小明"}),
        (["何计", "临床1班"], {"real_name": "何计", "class_name": "临床1班"}),
        (["合计", "13900000001"], {"real_name": "合计"}),
        (["王科"], {"real_name": "王科"}),
        (["共产"], {"real_name": "共产"}),
        (["900012024001", "合计"], {"student_no": "900012024001", "real_name": "合计"}),
    ],
)
def test_a_person_who_lacks_something_stays(texts: list[str], named: dict[str, str]) -> None:
    assert not is_no_person(texts, named, STUDENT)
