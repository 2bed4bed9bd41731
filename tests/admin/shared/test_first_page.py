"""The first page of each host."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.context import Context
from app.errors import NotAllowed
from app.models import User
from app.rules.permissions import Role
from app.services.alliance.todo import count_tasks
from app.services.classes.edit import archive_class, create_class
from app.services.classes.lists import class_names, class_years, list_classes
from app.services.courses.create_and_release import CourseContent, create_own_course
from app.services.people.search import entry_years, search_people
from app.services.schools.overview import count_school
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.courses import days, put_offering
from tests.support.pages import statements

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
MakeContext = Callable[..., Context]


def test_a_new_school_sees_what_is_to_do_next(office: FlaskClient) -> None:
    page = office.get("/manage/").text
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


HOME = "/manage/"


def test_the_desk_s_first_page_says_what_waits(
    secretary_client: FlaskClient, make_ctx: MakeContext, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    put_offering(alliance, school, licence={"ends_on": days(3)})
    # Tests share the alliance, so others may have left something that waits.
    tasks = count_tasks(make_ctx(alliance, Role.SECRETARY))
    page = secretary_client.get(HOME).text
    assert 'href="/manage/licences/list/?state=ending"' in page
    assert ("学校拒绝的授权" in page) == (tasks.declined > 0)
    assert ("待审核的推荐" in page) == (tasks.recommendations > 0)


def test_the_first_page_costs_the_same_however_many_schools_there_are(
    secretary_client: FlaskClient, make_school: Callable[..., SchoolInfo]
) -> None:
    costs = []
    for _ in range(2):
        secretary_client.get(HOME)
        with statements(db.engine) as asked:
            assert secretary_client.get(HOME).status_code == 200
        costs.append(len(asked))
        for _ in range(3):
            make_school()
    assert costs[0] == costs[1], costs


def test_the_dashboard_counts_students_who_never_logged_in_and_leads_to_them(
    office: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    make_user(school)
    page = office.get("/manage/").text
    assert "从未登录的学生" in page
    assert "/manage/people/?kind=student&amp;state=never" in page
