"""The catalogue and the course page: their contents by reader, and registering."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.models import AuditEntry, Registration, User
from app.rules.courses.assessment import Assessment, Component, Kind, as_json
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.courses import days, put_course, put_offering, put_registration
from tests.support.pages import post, statements, token_of

MakeClient = Callable[..., FlaskClient]
MakeUser = Callable[..., User]

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def active_registrations(school: SchoolInfo, offering_id: int) -> int:
    with school_scope(school.id) as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Registration)
                .where(Registration.offering_id == offering_id, Registration.withdrawn_at.is_(None))
            )
            or 0
        )


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    return make_user(school, must_change_password=False, password_hash="x")


def test_visitors_browse_the_school_s_courses_and_nobody_else_s(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    put_offering(alliance, school, put_course(alliance, title="本校开的课"))
    put_offering(alliance, other_school, put_course(alliance, title="别校开的课"))
    put_course(alliance, title="未授权的课")
    put_offering(alliance, school, put_course(alliance, title="未上线的课"), status="offline")
    put_offering(alliance, school, put_course(alliance, title="授权到期的课"), licence={"ends_on": days(-1)})
    answer = client_for(school).get("/courses")
    assert answer.status_code == 200
    assert "本校开的课" in answer.text
    for hidden in ("别校开的课", "未授权的课", "未上线的课", "授权到期的课"):
        assert hidden not in answer.text


def test_another_school_s_course_is_the_same_404_as_none(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo, student: User
) -> None:
    foreign = put_offering(alliance, other_school).id
    offline = put_offering(alliance, school, status="offline").id
    for client in (client_for(school), client_for(school, student)):
        none = client.get("/courses/999999999")
        assert none.status_code == 404
        for number in (foreign, offline):
            answer = client.get(f"/courses/{number}")
            assert answer.status_code == 404
            assert without_tokens(answer.text, number) == without_tokens(none.text, 999999999)
        assert client.get(f"/courses/{10**25}").status_code == 404
        assert client.get("/courses/0").status_code == 404


def without_tokens(page: str, number: int) -> list[str]:
    """The page without what differs by chance: nonces, form tokens and the number that was asked for."""
    plain = re.sub(r'(nonce|value|content)[=:]"?[\w.-]{20,}', "", page, flags=re.IGNORECASE)
    return [line.replace(f"/courses/{number}", "") for line in plain.splitlines() if "csrf" not in line]


def test_search_category_and_state_narrow_the_list_and_stay_in_the_address(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    put_offering(alliance, school, put_course(alliance, title="人体解剖学", category="基础医学"))
    put_offering(alliance, school, put_course(alliance, title="内科学", category="临床医学", code="NK101"))
    running = {
        "registration_starts_on": days(-30),
        "registration_ends_on": days(-20),
        "starts_on": days(-10),
        "ends_on": days(50),
    }
    put_offering(alliance, school, put_course(alliance, title="外科学", category="临床医学"), **running)
    client = client_for(school)

    def shown(query: str) -> set[str]:
        text = client.get(f"/courses?{query}").text
        return {title for title in ("人体解剖学", "内科学", "外科学") if title in text}

    assert shown("") == {"人体解剖学", "内科学", "外科学"}
    assert shown("q=解剖") == {"人体解剖学"}
    assert shown("q=ＮＫ１０１") == {"内科学"}
    assert shown("category=临床医学") == {"内科学", "外科学"}
    assert shown("category=临床医学&state=running") == {"外科学"}
    assert shown("state=open") == {"人体解剖学", "内科学"}
    assert shown("state=nonsense") == {"人体解剖学", "内科学", "外科学"}
    assert shown("q=%25") == set()
    assert shown("q=%00%E5%86%85%E7%A7%91") == {"内科学"}
    assert shown("page=99999999999999999999") == {"人体解剖学", "内科学", "外科学"}
    assert 'value="解剖"' in client.get("/courses?q=解剖").text


def test_the_script_gets_only_the_part_that_changes_and_the_tidy_address(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    put_offering(alliance, school, put_course(alliance, title="儿科学"))
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = client_for(school).get("/courses?q=儿科&category=&state=", headers=headers)
    assert "儿科学" in answer.text
    assert "<html" not in answer.text
    assert answer.headers["HX-Replace-Url"] == "/courses?q=%E5%84%BF%E7%A7%91"
    assert "HX-Request" in answer.headers["Vary"]


def test_an_empty_catalogue_and_an_empty_search_say_so(client_for: MakeClient, school: SchoolInfo) -> None:
    client = client_for(school)
    assert "还没有上线的课程" in client.get("/courses").text
    assert "没有找到符合条件的课程" in client.get("/courses?q=天文").text


@pytest.mark.parametrize("logged_in", [False, True])
@pytest.mark.parametrize("path", ["/courses", "/"])
def test_a_list_costs_the_same_number_of_queries_for_one_course_and_for_fifty(
    client_for: MakeClient,
    alliance: SchoolInfo,
    school: SchoolInfo,
    student: User,
    logged_in: bool,
    path: str,
) -> None:
    client = client_for(school, student if logged_in else None)
    client.get(path)
    put_offering(alliance, school)  # so that what visitors share is made anew
    with statements(db.engine) as for_one:
        client.get(path)
    for _ in range(49):
        put_offering(alliance, school)
    with statements(db.engine) as for_fifty:
        answer = client.get(path)
    assert answer.text.count('class="course-card"') >= 8
    # The account, unread messages, announcements, own courses and the courses themselves.
    assert len(for_fifty) == len(for_one) <= 5


def test_the_course_page_shows_the_school_s_own_dates(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school, put_course(alliance, title="病理学", hours=48))
    page = client_for(school).get(f"/courses/{offering.id}").text
    for shown in (
        "病理学",
        "报名中",
        "联盟慕课",
        "王教授",
        "48",
        str(days(-5)),
        str(days(5)),
        str(days(10)),
        str(days(100)),
    ):
        assert shown in page
    assert "登录后报名" in page


def test_what_a_course_says_about_itself_is_never_markup_of_ours(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    course = put_course(
        alliance,
        title=PAYLOAD[:100],
        category=PAYLOAD[:32],
        teachers=PAYLOAD,
        summary=PAYLOAD,
        source_name=PAYLOAD[:64],
        description=f"<p>好的<strong>介绍</strong></p>{PAYLOAD}<a href='javascript:alert(3)'>x</a>",
    )
    offering = put_offering(alliance, school, course, term=PAYLOAD[:16])
    put_registration(school, offering, student)
    client = client_for(school, student)
    pages = [
        client.get(path)
        for path in ("/", "/courses", f"/courses/{offering.id}", "/my/courses", f"/courses?q={PAYLOAD}")
    ]
    apex = client_for(alliance)
    pages += [apex.get(path) for path in ("/", "/courses", f"/courses/{course.id}", f"/members?q={PAYLOAD}")]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "javascript:" not in page.text
    assert "<strong>介绍</strong>" in pages[2].text


def test_registering_and_withdrawing_within_the_window(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    offering = put_offering(alliance, school)
    page = f"/courses/{offering.id}"
    client = client_for(school, student)
    answer = post(client, f"{page}/register")
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    shown = client.get(page).text
    assert "报名成功" in shown
    assert "已报名" in shown
    assert "退选" in shown
    assert active_registrations(school, offering.id) == 1
    assert post(client, f"{page}/withdraw").status_code == 303
    assert active_registrations(school, offering.id) == 0
    with school_scope(school.id) as session:
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["registration.registered", "registration.withdrawn"]


def test_a_double_click_registers_once(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    offering = put_offering(alliance, school)
    client = client_for(school, student)
    token = token_of(client)
    for _ in range(2):
        answer = client.post(f"/courses/{offering.id}/register", data={"csrf_token": token})
        assert answer.status_code == 303
    assert active_registrations(school, offering.id) == 1


@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        ({"registration_starts_on": days(1), "registration_ends_on": days(9)}, f"{days(1)} 开始报名"),
        ({"registration_starts_on": days(-9), "registration_ends_on": days(-1)}, f"报名已于 {days(-1)} 截止"),
        (
            {
                "registration_starts_on": days(-90),
                "registration_ends_on": days(-80),
                "starts_on": days(-70),
                "ends_on": days(-1),
            },
            f"课程已于 {days(-1)} 结束",
        ),
    ],
)
def test_outside_the_window_the_page_says_why_and_the_server_refuses(
    client_for: MakeClient,
    alliance: SchoolInfo,
    school: SchoolInfo,
    student: User,
    dates: dict[str, object],
    reason: str,
) -> None:
    offering = put_offering(alliance, school, **dates)
    client = client_for(school, student)
    page = client.get(f"/courses/{offering.id}").text
    assert reason in page
    assert f"/courses/{offering.id}/register" not in page
    refused = post(client, f"/courses/{offering.id}/register")
    assert refused.status_code == 303
    assert "现在不能报名" in client.get(refused.headers["Location"]).text
    assert active_registrations(school, offering.id) == 0


def test_the_window_opens_and_closes_at_midnight_of_the_school(
    app: Flask,
    client_for: MakeClient,
    alliance: SchoolInfo,
    make_school: Callable[..., SchoolInfo],
    make_user: MakeUser,
) -> None:
    school = make_school(timezone="Asia/Urumqi")  # UTC+6: its day begins at 18:00 UTC
    student = make_user(school, must_change_password=False, password_hash="x")
    offering = put_offering(alliance, school, registration_starts_on=days(0), registration_ends_on=days(0))
    client = client_for(school, student)
    instants = {
        datetime(2026, 9, 9, 17, 59, tzinfo=UTC): 0,
        datetime(2026, 9, 9, 18, 0, tzinfo=UTC): 1,
        datetime(2026, 9, 10, 17, 59, tzinfo=UTC): 1,
        datetime(2026, 9, 10, 18, 0, tzinfo=UTC): 0,
    }
    for instant, expected in instants.items():
        app.extensions["spoc_clock"] = lambda instant=instant: instant
        post(client, f"/courses/{offering.id}/register")
        assert active_registrations(school, offering.id) == expected, instant
        if expected == 0:
            continue
        post(client, f"/courses/{offering.id}/withdraw")
        assert active_registrations(school, offering.id) == 0, instant
    app.extensions["spoc_clock"] = lambda: NOW


def test_the_last_seat_is_given_once_and_the_page_says_so(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school, licence={"seats": 1})
    put_registration(school, offering, student)
    late = client_for(school, make_user(school, must_change_password=False, password_hash="x"))
    assert "名额已满" in late.get(f"/courses/{offering.id}").text
    # The lists say it before one has opened the course; to who has the seat they say that.
    for path in ("/", "/courses"):
        assert "名额已满</span>" in late.get(path).text
        assert "已报名</span>" in client_for(school, student).get(path).text
    post(late, f"/courses/{offering.id}/register")
    assert active_registrations(school, offering.id) == 1


def test_few_seats_are_worth_a_word_in_the_list(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    put_offering(alliance, school, licence={"seats": 3})
    put_offering(alliance, school, licence={"seats": 300})
    page = client_for(school).get("/courses").text
    assert "剩余名额 3" in page
    assert "剩余名额 300" not in page


def test_a_visitor_who_registers_is_led_to_the_login_and_back(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school)
    client = client_for(school)
    answer = client.post(f"/courses/{offering.id}/register")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/login?next=/courses/{offering.id}"
    assert f'href="/login?next=/courses/{offering.id}"' in client.get(f"/courses/{offering.id}").text
    assert active_registrations(school, offering.id) == 0


def test_registering_needs_the_form_s_token(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    offering = put_offering(alliance, school)
    client = client_for(school, student)
    for path in ("register", "withdraw"):
        assert client.post(f"/courses/{offering.id}/{path}").status_code == 400
        assert client.get(f"/courses/{offering.id}/{path}").status_code == 405
    assert active_registrations(school, offering.id) == 0


def test_nobody_registers_at_another_school_or_for_what_is_hidden(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo, student: User
) -> None:
    foreign = put_offering(alliance, other_school)
    offline = put_offering(alliance, school, status="offline")
    client = client_for(school, student)
    for offering in (foreign, offline):
        assert post(client, f"/courses/{offering.id}/register").status_code == 404
    assert active_registrations(other_school, foreign.id) == 0
    assert active_registrations(school, offline.id) == 0


def test_pages_of_a_person_are_not_kept_by_the_browser(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    put_offering(alliance, school)
    client = client_for(school, student)
    for path in ("/", "/courses", "/my/courses", "/me"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path


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
