"""The school's site beyond the catalogue: the cost of pages, course page, messages, help, and the handbook."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.context import Context
from app.errors import msg
from app.models import User
from app.rules.courses.assessment import Assessment, Component, Kind, as_json
from app.services.messages.notices import list_notices, mark_read, notify
from app.services.schools.settings import RANDOM, change_first_passwords, change_settings
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.courses import days, put_course, put_offering, put_registration
from tests.support.pages import statements

MakeClient = Callable[..., FlaskClient]
MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    return make_user(school, must_change_password=False, password_hash="x")


@pytest.mark.parametrize("logged_in", [False, True])
def test_home_catalogue_and_course_page_cost_the_same_with_one_course_and_with_twelve(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User, logged_in: bool
) -> None:
    first = put_offering(alliance, school)
    put_registration(school, first, student)
    client = client_for(school, student if logged_in else None)
    paths = ("/", "/courses", f"/courses/{first.id}")

    def costs(question: str) -> list[int]:
        found = []
        for path in paths:
            # A question that keeps the page out of the cache of pages that visitors share.
            with statements(db.engine) as seen:
                assert client.get(f"{path}?{question}").status_code == 200
            found.append(len(seen))
        return found

    costs("warm=1")
    with_one = costs("one=1")
    for number in range(11):
        offering = put_offering(
            alliance, school, put_course(alliance, category="药学" if number % 2 else "护理学")
        )
        put_registration(school, offering, student)
    costs("warm=2")
    with_twelve = costs("twelve=1")
    assert with_twelve == with_one
    assert max(with_one) <= 7


def test_the_filters_are_links_that_keep_each_other(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    put_offering(alliance, school, put_course(alliance, title="甲", category="药学"))
    put_offering(alliance, school, put_course(alliance, title="乙", category="护理学"))
    put_offering(alliance, school, put_course(school, title="丙", category="药学"))
    page = client_for(school).get("/courses?category=药学&sort=new&page=1").text
    assert 'href="/courses?category=%E8%8D%AF%E5%AD%A6&amp;source=own&amp;sort=new"' in page
    assert 'href="/courses?category=%E8%8D%AF%E5%AD%A6&amp;state=open&amp;sort=new"' in page
    assert 'href="/courses?sort=new"' in page
    assert "共 2 门课程" in page
    assert '<input type="hidden" name="category" value="药学">' in page


def test_beyond_the_last_page_stands_the_last_and_a_filter_without_courses_says_the_way_out(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance, category="药学")
    put_offering(alliance, school, course)
    client = client_for(school)
    beyond = client.get("/courses?category=药学&page=5").text
    assert course.title in beyond
    assert "共 1 门课程" in beyond
    assert "没有找到符合条件的课程" in client.get("/courses?category=没有的学科").text


def test_the_course_page_says_all_that_the_course_does(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser
) -> None:
    teacher = make_user(school, "teacher", real_name="顾运营")
    course = put_course(
        alliance,
        outline="<p>第一章 绪论</p><script>alert(1)</script>",
        team="<p>团队介绍</p>",
        audience="研究生",
        prerequisites="生理学",
        readings="《内科学》\n\n《诊断学》",
        subject="内科学",
        tags=["直播"],
        code="MED9",
        credit=2,
        assessment=as_json(Assessment((Component(Kind.QUIZ, "", 40), Component(Kind.EXAM, "", 60)))),
    )
    offering = put_offering(
        alliance, school, course, operating_teacher_id=teacher.id, licence={"seats": 30}, seats=20
    )
    page = client_for(school).get(f"/courses/{offering.id}").text
    for said in (
        "第一章 绪论", "团队介绍", "研究生", "生理学", "<li>《诊断学》</li>", "基础医学 · 内科学", "直播", "MED9",
        "顾运营", "剩余名额", "20", "测验占总评成绩的 40%", "期末考试占总评成绩的 60%", "data-back-to-list",
    ):  # fmt: skip
        assert said in page, said
    assert "<script>alert" not in page


def test_the_first_page_names_what_comes_next_in_ones_own_courses(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    put_registration(school, put_offering(alliance, school, put_course(alliance, title="先学")), student)
    over = {"registration_starts_on": days(-90), "registration_ends_on": days(-80)}
    over |= {"starts_on": days(-70), "ends_on": days(-1)}
    ended = put_offering(alliance, school, put_course(alliance, title="学完了"), **over)
    put_registration(school, ended, student)
    page = client_for(school, student).get("/").text
    assert "退课截止" in page
    assert "还有 5 天" in page
    assert "学完了" not in page
    assert "退课截止" not in client_for(school).get("/").text


def test_unread_messages_come_first_and_can_be_seen_alone(
    client_for: MakeClient, make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    with unit_of_work(make_ctx(school, user=student)) as ctx:
        notify(ctx, user_id=student.id, subject=msg("早的未读"), body=msg("甲"))
        notify(ctx, user_id=student.id, subject=msg("晚的已读"), body=msg("乙"))
    with unit_of_work(make_ctx(school, user=student)) as ctx:
        mark_read(ctx, notice_ids=[max(_ids(ctx))])
    client = client_for(school, student)
    page = client.get("/messages").text
    assert page.index("早的未读") < page.index("晚的已读")
    alone = client.get("/messages?unread=1").text
    assert "早的未读" in alone
    assert "晚的已读" not in alone
    assert "晚的已读" in client.get("/messages?page=4").text
    with unit_of_work(make_ctx(school, user=student)) as ctx:
        mark_read(ctx)
    assert "没有未读的消息" in client.get("/messages?unread=1").text


def _ids(ctx: Context) -> list[int]:
    return [row.id for row in list_notices(ctx).rows]


def test_the_help_knows_the_school(
    client_for: MakeClient, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    client = client_for(school)
    page = client.get("/help").text
    for said in (school.unit_code, school.name, "123456", "候补", "日历订阅", "联系学校"):
        assert said in page, said
    assert 'href="/help"' in client.get("/").text
    with unit_of_work(make_ctx(school)) as ctx:
        change_first_passwords(ctx, initial_password=RANDOM, slip_days=30)
        change_settings(ctx, mail_sender=None, help_contact="教务处 <010-1>")
    by_slips = client.get("/help").text
    assert "密码条" in by_slips
    assert "教务处 &lt;010-1&gt;" in by_slips
    assert "教务处 &lt;010-1&gt;" in client.get("/login").text
    assert "123456" not in by_slips
    assert "进入我的学校" in client_for(alliance).get("/help").text


def test_the_manual_s_page_leads_administrators_to_every_step(
    client_for: MakeClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    admin = make_user(school, "administrator", must_change_password=False, password_hash="x")
    client = client_for(school, admin)
    page = client.get("/manage/handbook/").text
    for said in (
        "4.2",
        "5.2",
        "6.1",
        "7.3",
        "8.3",
        "/manage/classes/",
        "/manage/offerings/",
        "/manage/imports/",
    ):
        assert said in page, said
    teacher = make_user(school, "teacher", must_change_password=False, password_hash="x")
    assert client_for(school, teacher).get("/manage/handbook/").status_code == 404
