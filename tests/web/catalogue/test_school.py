"""The catalogue and the course page: their contents by reader."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.models import User
from app.rules.courses.assessment import Assessment, Component, Kind, as_json
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.courses import days, put_course, put_offering, put_registration
from tests.support.pages import statements

MakeClient = Callable[..., FlaskClient]
MakeUser = Callable[..., User]

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


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
