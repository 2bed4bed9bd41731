"""密码条: what the administrator reads, and the file that comes out."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from app.context import Context
from app.models import SchoolClass, User
from app.services.schools.settings import RANDOM, change_first_passwords
from app.services.shared.password_hashes import hash_password
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.pages import post
from tests.support.rows import row_of

MakeUser = Callable[..., User]


@pytest.fixture
def random_school(make_ctx: Callable[..., Context], school: SchoolInfo) -> SchoolInfo:
    """The school, where first passwords are random."""
    with unit_of_work(make_ctx(school)) as ctx:
        change_first_passwords(ctx, initial_password=RANDOM, slip_days=30)
    return school


@pytest.fixture
def some_class(school: SchoolInfo) -> int:
    """A class of the school."""
    with school_scope(school.id) as session:
        made = SchoolClass(school_id=school.id, number="1", name="临床一班", entry_year=2026)
        session.add(made)
        session.commit()
        return made.id


def text_of(content: bytes) -> str:
    """The text of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_under_the_rule_the_page_says_where_to_choose_and_prints_nothing(
    office: FlaskClient, school: SchoolInfo, make_user: MakeUser, some_class: int
) -> None:
    user = make_user(school, class_id=some_class)
    page = office.get("/manage/slips/").text
    assert "学校设置" in page
    assert "生成密码条" not in page
    assert "生成并下载" not in office.get(f"/manage/slips/confirm?class_id={some_class}").text
    answer = post(office, "/manage/slips/print", class_id=str(some_class))
    assert answer.status_code == 303
    assert "不使用密码条" in office.get(answer.headers["Location"]).text
    assert row_of(school, user).slip_digest is None


def test_a_class_is_counted_confirmed_and_printed_once(
    office: FlaskClient, random_school: SchoolInfo, make_user: MakeUser, some_class: int
) -> None:
    people = [make_user(random_school, class_id=some_class) for _ in range(3)]
    make_user(random_school, class_id=some_class, password_hash=hash_password("an-own-password"))
    assert f"/manage/slips/confirm?class_id={some_class}" in office.get("/manage/slips/").text
    page = office.get(f"/manage/slips/confirm?class_id={some_class}").text
    assert "将为 3 名未激活的学生生成新的一次性密码，此前发出的密码条作废。" in page
    answer = post(office, "/manage/slips/print", class_id=str(some_class))
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    text = text_of(answer.data)
    assert "临床一班" in text
    assert f"http://{random_school.slug}.localhost/login" in text
    for person in people:
        assert person.real_name in text
        assert (person.student_no or "") in text
        assert row_of(random_school, person).slip_digest is not None
    # The page stays where it is after the download: pressed again, it must not void the file just made.
    before = row_of(random_school, people[0]).slip_digest
    again = post(office, "/manage/slips/print", class_id=str(some_class), voided="0")
    assert again.mimetype == "text/html"
    assert "刚刚已生成过密码条" in again.text
    assert 'name="voided" value="3"' in again.text
    assert row_of(random_school, people[0]).slip_digest == before
    assert (
        post(office, "/manage/slips/print", class_id=str(some_class), voided="3").mimetype
        == "application/pdf"
    )


def test_ticked_people_of_the_list_come_by_post(
    office: FlaskClient, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    student, teacher, other = (
        make_user(random_school),
        make_user(random_school, "teacher"),
        make_user(random_school),
    )
    ticked = [str(student.id), str(teacher.id), "x", "99999999999999999999"]
    page = post(office, "/manage/slips/confirm", rowid=ticked).text
    assert "将为 2 名未激活的用户生成新的一次性密码" in page
    assert page.count('name="rowid"') == 2
    text = text_of(post(office, "/manage/slips/print", rowid=ticked).data)
    assert student.real_name in text
    assert teacher.real_name in text
    assert other.real_name not in text


@pytest.mark.parametrize("path", ["/manage/slips/confirm", "/manage/slips/print"])
def test_without_a_choice_it_goes_back_to_the_list(
    office: FlaskClient, random_school: SchoolInfo, path: str
) -> None:
    for fields in ({}, {"class_id": "x"}, {"group": "everybody"}):
        answer = post(office, path, **fields)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/manage/slips/")
