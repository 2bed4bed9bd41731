"""The list of 班级管理: what it is searched and narrowed by, and what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotFound
from app.models import User
from app.services.classes.lists import (
    ClassFilter,
    ClassState,
    class_majors,
    class_names,
    class_teachers,
    class_years,
    get_class,
    list_classes,
)
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.teaching import put_class


@pytest.fixture
def classes(school: SchoolInfo, make_user: Callable[..., User]) -> dict[str, int]:
    """Three classes by name: with and without a head teacher, an entry year, and in use or archived."""
    head = make_user(
        school, kind="teacher", real_name="欧阳修", name_pinyin="ouyangxiu", name_initials="oyx"
    ).id
    headed = put_class(
        school, number="2026001", name="临床一班", entry_year=2026, major="临床医学", head_teacher_id=head
    )
    free = put_class(school, number="2027001", name="药学一班", entry_year=2027, major="药学")
    archived = put_class(school, number="0001", name="旧班", archived_at=NOW)
    return {"临床一班": headed, "药学一班": free, "旧班": archived}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["药学一班", "临床一班", "旧班"]),
        ("一班", ["药学一班", "临床一班"]),
        ("临床 ouyang", ["临床一班"]),
        ("2027", ["药学一班"]),
        ("药学 欧阳", []),
        ("%", []),
    ],
)
def test_all_words_are_found_in_a_class_or_its_head_teachers_name(
    ctx: Context, classes: dict[str, int], text: str, found: list[str]
) -> None:
    listed = list_classes(ctx, text=text)
    assert ([row.name for row in listed.rows], listed.total) == (found, len(found))


def test_the_list_is_narrowed_by_each_filter(ctx: Context, classes: dict[str, int]) -> None:
    head = get_class(ctx, class_id=classes["临床一班"]).head_teacher_id
    for filters, found in (
        (ClassFilter(entry_year=2027), {"药学一班"}),
        (ClassFilter(major="临床医学"), {"临床一班"}),
        (ClassFilter(head_teacher_id=head), {"临床一班"}),
        (ClassFilter(head_teacher_id=0), {"药学一班", "旧班"}),
        (ClassFilter(state=ClassState.ARCHIVED), {"旧班"}),
        (ClassFilter(state=ClassState.IN_USE, entry_year=2026), {"临床一班"}),
    ):
        assert {row.name for row in list_classes(ctx, filters=filters).rows} == found


def test_there_is_to_choose_from_what_classes_have(ctx: Context, classes: dict[str, int]) -> None:
    head = get_class(ctx, class_id=classes["临床一班"]).head_teacher_id
    assert class_names(ctx) == [
        (classes["药学一班"], "药学一班 · 2027"),
        (classes["临床一班"], "临床一班 · 2026"),
        (classes["旧班"], "旧班"),
    ]
    assert [name for _id, name in class_names(ctx, in_use=True)] == ["药学一班 · 2027", "临床一班 · 2026"]
    assert list(class_years(ctx)) == [2027, 2026]
    assert set(class_majors(ctx)) == {"临床医学", "药学"}
    assert class_teachers(ctx) == [(head, "欧阳修")]


def test_a_class_of_another_school_is_not_there(
    make_ctx: Callable[..., Context], other_school: SchoolInfo, classes: dict[str, int]
) -> None:
    ctx = make_ctx(other_school)
    with pytest.raises(NotFound):
        get_class(ctx, class_id=classes["临床一班"])
    assert list_classes(ctx).total == 0
