"""The log of who did what."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.context import Context
from app.models import User
from app.rules.permissions import Role
from app.services.classes.edit import create_class
from app.services.shared.audit import record
from app.uow import unit_of_work
from tenants.registry import SchoolInfo

MakeUser = Callable[..., User]
MakeContext = Callable[..., Context]


def note(ctx: Context, action: str, **data: object) -> None:
    """Write one row of the log."""
    with unit_of_work(ctx):
        record(ctx, action, "user", 7, dict(data))


def test_the_log_is_shown_in_words_latest_first(
    office: FlaskClient, school: SchoolInfo, make_ctx: MakeContext, make_user: MakeUser
) -> None:
    lin = make_user(school, kind="administrator", real_name="林主任")
    note(make_ctx(school, user=lin), "user.created", kind="teacher", sha="0123456789abcdef")
    note(make_ctx(school, Role.SYSTEM), "roster_import.applied", created=280, changed=5)
    page = office.get("/manage/audit/").text
    table = page.split("<tbody>", 1)[1]
    assert table.index("导入用户") < table.index("添加用户")
    assert "林主任" in table
    assert "教师" in table
    assert "系统" in table
    assert "280" in table
    assert "0123456789abcdef" not in page


def test_old_and_new_values_stand_side_by_side(
    office: FlaskClient, school: SchoolInfo, make_ctx: MakeContext
) -> None:
    before = {"starts_on": "2026-09-01", "ends_on": None}
    note(make_ctx(school), "offering.scheduled", old=before, new=before | {"ends_on": "2027-01-15"})
    page = office.get("/manage/audit/").text
    assert "课程结束时间：— → 2027-01-15" in page
    assert "课程开始时间" not in page


def test_the_log_says_names_where_it_holds_numbers(
    office: FlaskClient, school: SchoolInfo, make_ctx: MakeContext, make_user: MakeUser
) -> None:
    student = make_user(school, real_name="林若溪")
    with unit_of_work(make_ctx(school, Role.ADMINISTRATOR)) as ctx:
        one = create_class(ctx, values={"name": "临床一班"})
        facts = {"class_id": one.id, "user_id": student.id, "registered": 1, "selection_id": 4711, "left": []}
        record(ctx, "class.courses_selected", "class", one.id, facts)
        record(ctx, "offering.offered_again", "offering", 4713, {"term": "2026-2027-2", "before": 4714})
        record(ctx, "announcement.deleted", "announcement", 4712, {"title": "停课通知"})
    table = office.get("/manage/audit/").text.split("<tbody>", 1)[1]
    assert "班级 临床一班" in table
    assert "所属班级：临床一班" in table
    assert "用户：林若溪" in table
    assert "4711" not in table
    assert "离开的班级" not in table
    assert "学期：2026—2027 学年第二学期" in table
    assert "4714" not in table
    # What is gone keeps its number, and an announcement's title is not a course's.
    assert "公告 4712" in table
    assert "标题：停课通知" in table


def test_the_log_is_narrowed_by_act_and_person(
    office: FlaskClient, school: SchoolInfo, make_ctx: MakeContext, make_user: MakeUser
) -> None:
    note(make_ctx(school, user=make_user(school, real_name="林主任")), "class.created", name="一班")
    note(make_ctx(school, user=make_user(school, real_name="高老师")), "password.changed")
    by_person = office.get("/manage/audit/?search=高").text.split("<tbody>", 1)[1]
    assert "高老师" in by_person
    assert "林主任" not in by_person
    by_act = office.get("/manage/audit/?flt0_0=class.created").text.split("<tbody>", 1)[1]
    assert "林主任" in by_act
    assert "高老师" not in by_act
    assert "没有符合条件的记录" in office.get("/manage/audit/?search=没有这个人").text


def test_another_schools_log_is_not_there(
    office: FlaskClient, other_school: SchoolInfo, make_ctx: MakeContext
) -> None:
    note(make_ctx(other_school), "class.created", name="别校的班")
    assert "别校的班" not in office.get("/manage/audit/").text
    assert "还没有记录" in office.get("/manage/audit/").text
