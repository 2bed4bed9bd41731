"""班级管理: adding, changing, archiving and deleting classes; their students; merging of classes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, InvalidFields, NotAllowed, NotFound
from app.models import SchoolClass, User
from app.rules.permissions import Role
from app.services.classes.edit import archive_class, create_class, delete_class, edit_class, restore_class
from app.services.classes.lists import ClassFilter, ClassState, get_class, list_classes
from app.services.classes.members import associate, dissociate, preview_association
from app.services.classes.merge_classes import move_class, preview_move, undo_move
from app.services.people.class_candidates import find_student_ids
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.teaching import put_class

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


@pytest.fixture
def ctx(make_ctx: MakeCtx, school: SchoolInfo) -> Context:
    """An administrator at work."""
    return make_ctx(school)


def members(ctx: Context, class_id: int) -> set[int]:
    ctx.session.expire_all()
    return set(ctx.session.scalars(select(User.id).where(User.class_id == class_id)))


def test_a_class_gets_its_number_and_a_teacher_found_by_pinyin(
    ctx: Context, school: SchoolInfo, make_user: MakeUser
) -> None:
    teacher = make_user(
        school, kind="teacher", real_name="欧阳修", name_pinyin="ouyangxiu", name_initials="oyx"
    )
    make_user(school, kind="teacher", real_name="欧阳修远", login_name="far", status="disabled")
    typed = {"name": "临床一班", "entry_year": "2026", "major": "临床医学", "head_teacher": "OuYang"}
    with unit_of_work(ctx):
        made = create_class(ctx, values=typed)
    assert (made.number, made.head_teacher_id) == ("2026001", teacher.id)
    with pytest.raises(InvalidFields) as refusal:
        create_class(ctx, values=typed)
    assert "2026001" in str(refusal.value.problems["name"])
    assert create_class(ctx, values={**typed, "entry_year": "2025"}).number == "2025001"


@pytest.mark.parametrize(
    ("typed", "reason"), [("欧阳", "有多位"), ("司马光", "没有找到"), ("停用师", "没有找到")]
)
def test_a_teacher_who_is_not_one_in_use_is_refused_at_his_field(
    ctx: Context, school: SchoolInfo, make_user: MakeUser, typed: str, reason: str
) -> None:
    for name in ("欧阳修", "欧阳询"):
        make_user(school, kind="teacher", real_name=name)
    make_user(school, kind="teacher", real_name="停用师", status="disabled")
    with pytest.raises(Invalid, match=reason) as refusal:
        create_class(ctx, values={"name": "一班", "head_teacher": typed})
    assert refusal.value.field == "head_teacher"


def test_a_class_is_changed_but_never_into_another_one(ctx: Context, school: SchoolInfo) -> None:
    class_id = put_class(school, number="2026001", name="一班", entry_year=2026)
    put_class(school, number="2026002", name="二班", entry_year=2026)
    with unit_of_work(ctx):
        edit_class(ctx, class_id=class_id, values={"name": "甲班", "entry_year": "2025", "major": "药学"})
    row = get_class(ctx, class_id=class_id)
    assert (row.number, row.name, row.entry_year, row.major) == ("2026001", "甲班", 2025, "药学")
    with pytest.raises(InvalidFields):
        edit_class(ctx, class_id=class_id, values={"name": "二班", "entry_year": "2026"})


def test_an_archived_class_leaves_the_list_and_comes_back(ctx: Context, school: SchoolInfo) -> None:
    class_id = put_class(school, number="2019001", name="一班", entry_year=2019)

    def listed(state: ClassState) -> list[int]:
        return [row.id for row in list_classes(ctx, filters=ClassFilter(state=state)).rows]

    archive_class(ctx, class_id=class_id)
    with pytest.raises(Conflict):
        archive_class(ctx, class_id=class_id)
    assert (listed(ClassState.IN_USE), listed(ClassState.ARCHIVED)) == ([], [class_id])
    restore_class(ctx, class_id=class_id)
    assert listed(ClassState.IN_USE) == [class_id]


def test_only_an_empty_class_is_deleted(ctx: Context, school: SchoolInfo, make_user: MakeUser) -> None:
    class_id = put_class(school, number="2026001", name="一班", entry_year=2026)
    student = make_user(school, class_id=class_id)
    with pytest.raises(Conflict, match="1 名学生"):
        delete_class(ctx, class_id=class_id)
    dissociate(ctx, class_id=class_id, user_ids=[student.id])
    assert delete_class(ctx, class_id=class_id) == "一班"
    assert ctx.session.scalar(select(SchoolClass.id).where(SchoolClass.id == class_id)) is None


def test_a_visitor_of_the_secretariat_mends_classes_and_deletes_none(
    make_ctx: Callable[..., Context], school: SchoolInfo
) -> None:
    class_id = put_class(school, number="2026001", name="一班", entry_year=2026)
    with pytest.raises(NotAllowed):
        delete_class(make_ctx(school, Role.VISITOR), class_id=class_id)


def test_association_names_the_classes_that_are_left(
    ctx: Context, school: SchoolInfo, make_user: MakeUser
) -> None:
    old = put_class(school, number="2026001", name="旧班", entry_year=2026)
    new = put_class(school, number="2026002", name="新班", entry_year=2026)
    there, free, inside = (make_user(school, class_id=one) for one in (old, None, new))
    ids = [there.id, free.id, inside.id]
    assert set(find_student_ids(ctx, class_id=new, inside=False)) == {there.id, free.id}
    assert find_student_ids(ctx, class_id=new, inside=False, unassigned=True) == [free.id]
    plan = preview_association(ctx, class_id=new, user_ids=ids)
    assert (plan.joining, plan.already) == (2, 1)
    assert [(one.class_name, one.students, one.names) for one in plan.leaving] == [
        ("旧班", 1, (there.real_name,))
    ]
    # Nobody leaves a class without having been named.
    with pytest.raises(Conflict, match="核对"):
        associate(ctx, class_id=new, user_ids=ids)
    associate(ctx, class_id=new, user_ids=ids, leaving=1)
    assert (members(ctx, old), members(ctx, new)) == (set(), set(ids))
    # An import does not overwrite unseen what was decided by hand.
    assert ctx.session.scalars(select(User.edited_columns).where(User.id == free.id)).one() == ["class_id"]


def test_only_students_of_the_school_come_into_a_class_in_use(
    ctx: Context, school: SchoolInfo, make_school: Callable[..., SchoolInfo], make_user: MakeUser
) -> None:
    class_id = put_class(school, number="2026001", name="一班", entry_year=2026)
    foreign, teacher = make_user(make_school()), make_user(school, kind="teacher")
    for user_id in (foreign.id, teacher.id):
        with pytest.raises(NotFound):
            associate(ctx, class_id=class_id, user_ids=[user_id])
    with pytest.raises(Conflict, match="勾选"):
        associate(ctx, class_id=class_id, user_ids=[])
    archive_class(ctx, class_id=class_id)
    with pytest.raises(Conflict, match="归档"):
        preview_association(ctx, class_id=class_id, user_ids=[make_user(school).id])


def test_a_class_moves_into_another_and_back(ctx: Context, school: SchoolInfo, make_user: MakeUser) -> None:
    teacher = make_user(school, kind="teacher")
    old = put_class(school, number="2026001", name="旧班", entry_year=2026, head_teacher_id=teacher.id)
    new = put_class(school, number="2026002", name="新班", entry_year=2026)
    moved, gone, before = (make_user(school, class_id=one) for one in (old, old, new))
    preview = preview_move(ctx, source_id=old, target_id=new)
    assert (preview.source.students, preview.target.students, preview.may_take_teacher) == (2, 1, True)
    with pytest.raises(Conflict, match="核对"):
        move_class(ctx, source_id=old, target_id=new, students=3)
    done = move_class(ctx, source_id=old, target_id=new, students=2, archive=True, take_teacher=True)
    assert members(ctx, new) == {moved.id, gone.id, before.id}
    assert get_class(ctx, class_id=old).archived_at is not None
    assert get_class(ctx, class_id=new).head_teacher_id == teacher.id
    # Who has left the new class meanwhile stays where he is.
    dissociate(ctx, class_id=new, user_ids=[gone.id])
    assert undo_move(ctx, source_id=old, target_id=new, user_ids=done.user_ids, restore=done.archived) == 1
    assert (members(ctx, old), members(ctx, new)) == ({moved.id}, {before.id})
    assert get_class(ctx, class_id=old).archived_at is None


def test_a_class_does_not_move_into_itself_or_into_an_archived_one(
    ctx: Context, school: SchoolInfo, make_user: MakeUser
) -> None:
    one, other = (put_class(school, number=f"202600{n}", name=f"{n}班", entry_year=2026) for n in (1, 2))
    make_user(school, class_id=one)
    with pytest.raises(Invalid):
        preview_move(ctx, source_id=one, target_id=one)
    archive_class(ctx, class_id=other)
    with pytest.raises(Conflict, match="归档"):
        move_class(ctx, source_id=one, target_id=other, students=1)


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STUDENT])
def test_only_administrators_manage_classes(make_ctx: MakeCtx, school: SchoolInfo, role: Role) -> None:
    class_id = put_class(school, number="2026001", name="一班", entry_year=2026)
    ctx = make_ctx(school, role)
    for act in (archive_class, delete_class, restore_class):
        with pytest.raises(NotAllowed):
            act(ctx, class_id=class_id)
    with pytest.raises(NotAllowed):
        create_class(ctx, values={"name": "二班"})
