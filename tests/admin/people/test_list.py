"""The pages of 系统管理 → 用户列表 and 教务管理 → 班级管理 for an administrator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.models import SchoolClass, User
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, seal
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import VAULT_KEY

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
ID = "11010519491231002X"


@pytest.fixture
def administrator(school: SchoolInfo, make_user: MakeUser) -> User:
    """An administrator with an own password."""
    return make_user(school, kind="administrator", must_change_password=False, real_name="林主任")


@pytest.fixture
def client(school: SchoolInfo, administrator: User, client_for: ClientFor) -> FlaskClient:
    """The administrator's browser."""
    return client_for(school, administrator)


def put_class(school: SchoolInfo, name: str, number: str = "2026001", year: int | None = 2026) -> int:
    """A class of the school."""
    with school_scope(school.id) as session:
        row = SchoolClass(number=number, name=name, entry_year=year, major="临床医学")
        session.add(row)
        session.commit()
        return row.id


def give_secrets(school: SchoolInfo, user: User, *, mobile: str, id_number: str) -> None:
    """Store a phone and an ID number as the import does."""
    vault = Vault(VAULT_KEY)
    with school_scope(school.id) as session:
        row = session.get_one(User, (school.id, user.id))
        row.mobile_sealed, row.mobile_index = seal(vault, school.id, MOBILE, user.id, mobile)
        row.id_number_sealed, row.id_number_index = seal(vault, school.id, ID_NUMBER, user.id, id_number)
        session.commit()


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    """One student with everything that the search knows."""
    class_id = put_class(school, "临床一班")
    student = make_user(
        school,
        real_name="欧阳晓明",
        nickname="小欧",
        student_no=f"{school.unit_code}8881",
        name_pinyin="ouyangxiaoming",
        name_initials="oyxm",
        email="oy@example.cn",
        class_id=class_id,
        entry_year=2026,
    )
    give_secrets(school, student, mobile="13812345678", id_number=ID)
    return student


@pytest.mark.parametrize(
    "words",
    [
        "欧阳", "晓明", "小欧", "ouyang", "XIAOMING", "oyxm", "8881", "oy@example", "临床一班", "13812345678",
        "+86 138-1234-5678".replace(" ", ""), ID, ID.lower(), "欧阳 临床", "８８８１",
    ],
)  # fmt: skip
def test_any_piece_of_information_finds_the_student(
    client: FlaskClient, student: User, make_user: MakeUser, school: SchoolInfo, words: str
) -> None:
    make_user(school, real_name="别的人", student_no=f"{school.unit_code}7770")
    page = client.get("/manage/people/", query_string={"q": words}).get_data(as_text=True)
    assert "欧阳晓明" in page
    assert "别的人" not in page


@pytest.mark.parametrize("words", ["1381234567", "110105", "%", "_", "没有这个人", "\x00", "欧阳 护理"])
def test_what_does_not_match_finds_nobody_and_says_what_to_do(
    client: FlaskClient, student: User, words: str
) -> None:
    answer = client.get("/manage/people/", query_string={"q": words, "kind": "student"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    if words == "\x00":
        assert "欧阳晓明" in page
    else:
        assert "没有找到符合条件的用户" in page


def test_phone_and_id_number_are_masked(client: FlaskClient, student: User) -> None:
    page = client.get("/manage/people/").get_data(as_text=True)
    assert "138****5678" in page
    assert "110105********002X" in page
    assert "13812345678" not in page
    assert ID not in page


def test_filters_narrow_the_list_and_stay_in_the_addresses(
    client: FlaskClient, student: User, make_user: MakeUser, school: SchoolInfo
) -> None:
    make_user(school, kind="teacher", real_name="高老师")
    page = client.get("/manage/people/?kind=teacher").get_data(as_text=True)
    assert "高老师" in page
    assert "欧阳晓明" not in page
    assert "kind=teacher" in page.split("<table", 1)[1]
    page = client.get(f"/manage/people/?class={student.class_id}&year=2026&state=never").get_data(
        as_text=True
    )
    assert "欧阳晓明" in page
    assert "高老师" not in page
    assert "林主任" not in page.split("<table", 1)[1]


def test_the_list_sorts_both_ways_and_turns_pages(
    client: FlaskClient, make_user: MakeUser, school: SchoolInfo
) -> None:
    for n in range(1, 24):
        make_user(school, real_name=f"学生{n:02d}", student_no=f"{school.unit_code}{n:04d}")
    first = client.get("/manage/people/?kind=student").get_data(as_text=True)
    assert "学生01" in first
    assert "学生20" in first
    assert "学生21" not in first
    second = client.get("/manage/people/?kind=student&page=2").get_data(as_text=True)
    assert "学生21" in second
    assert "学生23" in second
    assert "学生20" not in second
    last_first = client.get("/manage/people/?kind=student&sort=number&desc=1").get_data(as_text=True)
    assert "学生23" in last_first
    assert "学生03" not in last_first
    # After 停用 with a filter, the page one stood on may be gone.
    assert "学生23" in client.get("/manage/people/?kind=student&page=9").text


@pytest.mark.parametrize(
    "query",
    [
        "page=-1", "page=999999999999999999999", "page=x", "sort=password_hash", "sort=id;drop", "class=x",
        "class=99999999999999999999999", "year=99999999999", "kind=secretary", "state=everything", "desc=9",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(client: FlaskClient, query: str) -> None:
    assert client.get(f"/manage/people/?{query}", follow_redirects=True).status_code == 200


def test_a_class_shows_its_students_and_no_others(
    client: FlaskClient, student: User, make_user: MakeUser, school: SchoolInfo
) -> None:
    make_user(school, real_name="别班的人")
    listed = client.get("/manage/classes/?q=临床").get_data(as_text=True)
    assert "临床一班" in listed
    assert "2026001" in listed
    page = client.get(f"/manage/classes/{student.class_id}/").get_data(as_text=True)
    assert "欧阳晓明" in page
    assert "别班的人" not in page


def test_another_schools_class_is_answered_like_one_that_does_not_exist(
    client: FlaskClient, other_school: SchoolInfo
) -> None:
    theirs = put_class(other_school, "别校的班")
    foreign, missing = client.get(f"/manage/classes/{theirs}/"), client.get("/manage/classes/999999999/")
    assert foreign.status_code == missing.status_code == 404
    assert "别校的班" not in foreign.get_data(as_text=True)


def test_empty_lists_say_what_to_do_next(client: FlaskClient) -> None:
    assert "学生用户导入" in client.get("/manage/classes/").get_data(as_text=True)
    assert "还没有班级" in client.get("/manage/classes/").get_data(as_text=True)
