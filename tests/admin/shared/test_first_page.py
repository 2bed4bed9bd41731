"""The first page of the management side on each host, and the audit log."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from admin.shared.audit_sentences import ACTIONS
from app.context import Context
from app.errors import NotAllowed
from app.models import User
from app.rules.permissions import Role
from app.services.classes.edit import archive_class, create_class
from app.services.classes.lists import class_names, class_years, list_classes
from app.services.courses.create_and_release import CourseContent, create_own_course
from app.services.people.search import entry_years, search_people
from app.services.schools.overview import count_school
from app.services.shared.audit import record
from app.uow import unit_of_work
from tenants.registry import SchoolInfo

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
MakeContext = Callable[..., Context]
SERVICES = Path(__file__).resolve().parents[3] / "app" / "services"


def note(ctx: Context, action: str, **data: object) -> None:
    """Write one row of the log."""
    with unit_of_work(ctx):
        record(ctx, action, "user", 7, dict(data))


@pytest.fixture
def client(school: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """An administrator's browser."""
    return client_for(school, make_user(school, kind="administrator", must_change_password=False))


def test_a_new_school_sees_what_is_to_do_next(client: FlaskClient) -> None:
    page = client.get("/manage/").text
    assert "接下来" in page
    assert "学生用户导入" in page
    assert "联盟授权课程后" in page


def test_the_figures_of_a_school_are_its_own(
    school: SchoolInfo, other_school: SchoolInfo, make_user: MakeUser, make_ctx: MakeContext
) -> None:
    for _ in range(3):
        make_user(school)
    make_user(other_school)
    make_user(school, kind="teacher")
    figures = count_school(make_ctx(school))
    assert (figures.students, figures.unused, figures.teachers, figures.classes) == (3, 3, 1, 0)


def test_the_figures_count_what_the_lists_show(
    school: SchoolInfo, make_ctx: MakeContext, make_user: MakeUser
) -> None:
    teacher = make_user(school, kind="teacher")
    with unit_of_work(make_ctx(school, Role.ADMINISTRATOR)) as ctx:
        archive_class(ctx, class_id=create_class(ctx, values={"name": "毕业班"}).id)
        create_class(ctx, values={"name": "在读班"})
    # A course that the school itself is writing is no offer of the alliance's.
    with unit_of_work(make_ctx(school, Role.TEACHER, user=teacher)) as ctx:
        create_own_course(ctx, content=CourseContent(title="自建课程", category="临床医学"))
    figures = count_school(make_ctx(school, Role.ADMINISTRATOR))
    assert (figures.classes, figures.offerings, figures.unhandled) == (1, 1, 0)


def test_a_teacher_is_given_no_administrators_task(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    teacher = client_for(school, make_user(school, kind="teacher", must_change_password=False))
    page = teacher.get("/manage/").text
    assert "接下来" not in page
    assert "/manage/people/" not in page


def test_a_teachers_first_page_shows_his_classes_in_use(
    school: SchoolInfo, make_user: MakeUser, make_ctx: MakeContext, client_for: ClientFor
) -> None:
    teacher = make_user(school, kind="teacher", login_name="lin.laoshi", must_change_password=False)
    with unit_of_work(make_ctx(school, Role.ADMINISTRATOR)) as ctx:
        for name in ("毕业班", "在读班"):
            made = create_class(ctx, values={"name": name, "head_teacher": "lin.laoshi"})
            if name == "毕业班":
                archive_class(ctx, class_id=made.id)
    page = client_for(school, teacher).get("/manage/").text
    assert "在读班" in page
    assert "毕业班" not in page


def test_the_alliances_first_page_counts_members(
    alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    secretary = client_for(alliance, make_user(alliance, kind="secretary", must_change_password=False))
    page = secretary.get("/manage/").text
    assert "联盟成员" in page
    assert "联盟管理" in page


def test_the_log_is_shown_in_words_latest_first(
    client: FlaskClient, school: SchoolInfo, make_ctx: MakeContext, make_user: MakeUser
) -> None:
    lin = make_user(school, kind="administrator", real_name="林主任")
    note(make_ctx(school, user=lin), "user.created", kind="teacher", sha="0123456789abcdef")
    note(make_ctx(school, Role.SYSTEM), "roster_import.applied", created=280, changed=5)
    page = client.get("/manage/audit/").text
    table = page.split("<tbody>", 1)[1]
    assert table.index("导入用户") < table.index("添加用户")
    assert "林主任" in table
    assert "教师" in table
    assert "系统" in table
    assert "280" in table
    assert "0123456789abcdef" not in page


def test_old_and_new_values_stand_side_by_side(
    client: FlaskClient, school: SchoolInfo, make_ctx: MakeContext
) -> None:
    before = {"starts_on": "2026-09-01", "ends_on": None}
    note(make_ctx(school), "offering.scheduled", old=before, new=before | {"ends_on": "2027-01-15"})
    page = client.get("/manage/audit/").text
    assert "课程结束时间：— → 2027-01-15" in page
    assert "课程开始时间" not in page


def test_the_log_says_names_where_it_holds_numbers(
    client: FlaskClient, school: SchoolInfo, make_ctx: MakeContext, make_user: MakeUser
) -> None:
    student = make_user(school, real_name="林若溪")
    with unit_of_work(make_ctx(school, Role.ADMINISTRATOR)) as ctx:
        one = create_class(ctx, values={"name": "临床一班"})
        facts = {"class_id": one.id, "user_id": student.id, "registered": 1, "selection_id": 4711, "left": []}
        record(ctx, "class.courses_selected", "class", one.id, facts)
        record(ctx, "offering.offered_again", "offering", 4713, {"term": "2026-2027-2", "before": 4714})
        record(ctx, "announcement.deleted", "announcement", 4712, {"title": "停课通知"})
    table = client.get("/manage/audit/").text.split("<tbody>", 1)[1]
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
    client: FlaskClient, school: SchoolInfo, make_ctx: MakeContext, make_user: MakeUser
) -> None:
    note(make_ctx(school, user=make_user(school, real_name="林主任")), "class.created", name="一班")
    note(make_ctx(school, user=make_user(school, real_name="高老师")), "password.changed")
    by_person = client.get("/manage/audit/?search=高").text.split("<tbody>", 1)[1]
    assert "高老师" in by_person
    assert "林主任" not in by_person
    by_act = client.get("/manage/audit/?flt0_0=class.created").text.split("<tbody>", 1)[1]
    assert "林主任" in by_act
    assert "高老师" not in by_act
    assert "没有符合条件的记录" in client.get("/manage/audit/?search=没有这个人").text


def test_another_schools_log_is_not_there(
    client: FlaskClient, other_school: SchoolInfo, make_ctx: MakeContext
) -> None:
    note(make_ctx(other_school), "class.created", name="别校的班")
    assert "别校的班" not in client.get("/manage/audit/").text
    assert "还没有记录" in client.get("/manage/audit/").text


def test_every_act_that_a_service_records_has_a_word() -> None:
    recorded = {
        act
        for path in SERVICES.rglob("*.py")
        for act in re.findall(r'record\(\s*\w+,\s*"([a-z_]+\.[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(recorded) > 10
    assert recorded <= set(ACTIONS)


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER])
def test_the_services_themselves_refuse_who_may_not(
    school: SchoolInfo, make_ctx: MakeContext, role: Role
) -> None:
    ctx = make_ctx(school, role)
    for use_case in (search_people, entry_years, count_school):
        with pytest.raises(NotAllowed):
            use_case(ctx)
    for use_case in (list_classes, class_names, class_years) if role is Role.STUDENT else ():
        with pytest.raises(NotAllowed):
            use_case(ctx)
