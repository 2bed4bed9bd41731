"""The pages for logging in, logging out and changing the password."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis.exceptions import ConnectionError as RedisConnectionError

from app.models import User
from app.rules.auth.login_limits import FAILURES
from app.services.auth.login import LOGIN_FAILED
from app.services.shared.password_hashes import hash_password
from app.web.auth.redis_limits import RedisLoginLimits
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.login_forms import GOOD, log_in, send_form
from tests.support.rows import audit_of, row_of

ClientFor = Callable[..., FlaskClient]
MakeUser = Callable[..., User]


def sid(client: FlaskClient, school: SchoolInfo) -> str | None:
    """The value of the session cookie."""
    cookie = client.get_cookie("sid", domain=f"{school.slug}.localhost")
    return cookie.value if cookie is not None else None


@pytest.fixture
def own(school: SchoolInfo, make_user: MakeUser) -> User:
    """A student with a password of his own."""
    return make_user(school, password_hash=hash_password(GOOD), must_change_password=False)


def test_the_form_has_the_manuals_words(client_for: ClientFor, school: SchoolInfo) -> None:
    page = client_for(school).get("/login?account=20001000001").text
    for word in ("登录", "账号", "密码", school.name):
        assert word in page
    assert 'value="20001000001"' in page


def test_a_login_leads_to_the_student_side_under_a_new_session(
    client_for: ClientFor, school: SchoolInfo, own: User
) -> None:
    client = client_for(school)
    client.get("/login")
    planted = sid(client, school)
    answer = log_in(client, own.student_no, GOOD)
    assert (answer.status_code, answer.location) == (303, "/")
    assert sid(client, school) != planted
    client.set_cookie("sid", planted or "", domain=f"{school.slug}.localhost")
    assert client.get("/password").location == "/login?next=/password"


def test_an_initial_password_reaches_nothing_but_its_change(
    client_for: ClientFor, school: SchoolInfo, make_user: MakeUser
) -> None:
    client, user = client_for(school), make_user(school, "administrator")
    assert log_in(client, user.login_name, "123456", next="/courses").location == "/password?next=/courses"
    for path in (
        "/",
        "/courses",
        "/my/courses",
        "/manage/",
        "/manage/users/",
        "/no-such-page",
        "/login",
        "/captcha/image",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/password")
    assert client.post("/manage/").status_code in (303, 400)
    script = client.get("/courses", headers={"HX-Request": "true"})
    assert (script.status_code, script.headers["HX-Redirect"]) == (204, "/password")
    assert (
        send_form(client, "/language", page="/password", locale="en", next="/password").location
        == "/password"
    )
    assert client.get("/healthz").status_code == 200
    assert send_form(client, "/logout", page="/password").location == "/"
    assert client.get("/password").status_code == 303


def test_after_the_change_this_session_goes_on_and_the_others_end(
    client_for: ClientFor, school: SchoolInfo, make_user: MakeUser
) -> None:
    here, there, user = client_for(school), client_for(school), make_user(school)
    for client in (here, there):
        log_in(client, user.student_no, "123456")
    before = sid(here, school)
    fields = {
        "current_password": "123456",
        "new_password": GOOD,
        "repeated_password": GOOD,
        "next": "/courses",
        "consent": "1",
    }
    answer = send_form(here, "/password", page="/password", **fields)
    assert (answer.status_code, answer.location) == (303, "/courses")
    assert sid(here, school) != before
    assert here.get("/password").status_code == 200
    assert "修改密码" in here.get("/password").text
    assert there.get("/password").location.startswith("/login")
    here.set_cookie("sid", before or "", domain=f"{school.slug}.localhost")
    assert here.get("/password").location.startswith("/login")
    assert log_in(client_for(school), user.student_no, "123456").status_code == 422
    assert log_in(client_for(school), user.student_no, GOOD).location == "/"


def test_a_changed_password_ends_sessions_that_nobody_revoked(
    client_for: ClientFor, app: Flask, school: SchoolInfo, own: User, make_ctx: Callable[..., object]
) -> None:
    client = client_for(school)
    log_in(client, own.student_no, GOOD)
    assert client.get("/password").status_code == 200
    ctx = make_ctx(school)
    session = ctx.session  # type: ignore[attr-defined]
    session.get_one(User, (school.id, own.id)).password_hash = hash_password("another-good-password")
    session.commit()
    assert client.get("/password").location.startswith("/login")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"current_password": "654321"}, "当前密码不正确"),
        ({"new_password": "short", "repeated_password": "short"}, "密码至少 8 个字符"),
        ({"repeated_password": "something-else"}, "两次输入的新密码不一致"),
        ({"consent": ""}, "请先阅读并同意个人信息处理告知"),
    ],
)
def test_a_refused_change_says_why_and_changes_nothing(
    client_for: ClientFor, school: SchoolInfo, make_user: MakeUser, fields: dict[str, str], says: str
) -> None:
    client, user = client_for(school), make_user(school)
    log_in(client, user.student_no, "123456")
    good = {
        "current_password": "123456", "new_password": GOOD, "repeated_password": GOOD, "consent": "1",
    }  # fmt: skip
    answer = send_form(client, "/password", page="/password", **(good | fields))
    assert answer.status_code == 422
    assert says in answer.text
    assert row_of(school, user).password_hash is None
    assert client.get("/courses").location == "/password?next=/courses"


def test_every_failure_looks_the_same(
    client_for: ClientFor, school: SchoolInfo, own: User, make_user: MakeUser
) -> None:
    disabled = make_user(school, status="disabled")
    capped = make_user(school, failed_logins=20)
    answers = [
        (own.student_no, "wrong"), (disabled.student_no, "123456"), (capped.student_no, "123456"), ("nobody", "wrong")
    ]  # fmt: skip
    seen = set()
    for account, password in answers:
        answer = log_in(client_for(school), account, password)
        assert LOGIN_FAILED.text in answer.text
        text = re.sub(
            r'(csrf_token" value|csrf-token" content|nonce|inlineScriptNonce:)[="]*[^">]+', "", answer.text
        )
        seen.add((answer.status_code, text.replace(account or "", "")))
    assert len(seen) == 1


def test_a_form_that_is_not_filled_in_is_no_try(client_for: ClientFor, school: SchoolInfo, own: User) -> None:
    client = client_for(school)
    for account, password in (("", GOOD), (own.student_no, ""), ("  ", "")):
        for _ in range(FAILURES):
            page = log_in(client, account, password)
            assert page.status_code == 422
            assert "请输入账号和密码" in page.text
    assert log_in(client, own.student_no, GOOD).status_code == 303


def test_too_many_failures_say_when_to_come_back(
    app: Flask, client_for: ClientFor, school: SchoolInfo, own: User
) -> None:
    client = client_for(school)
    for _ in range(FAILURES):
        assert log_in(client, own.student_no, "wrong").status_code == 422
    answer = log_in(client, own.student_no, GOOD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "尝试次数过多，请 15 分钟后再试" in answer.text
    app.extensions["spoc_clock"] = lambda: NOW + timedelta(minutes=16)
    assert log_in(client, own.student_no, GOOD).status_code == 303


def test_a_device_that_has_logged_in_before_is_not_held_by_others(
    client_for: ClientFor, school: SchoolInfo, own: User
) -> None:
    mine = client_for(school)
    log_in(mine, own.student_no, GOOD)
    send_form(mine, "/logout", page="/password")
    attacker = client_for(school)
    for _ in range(FAILURES):
        log_in(attacker, own.student_no, "wrong")
    assert log_in(attacker, own.student_no, GOOD).status_code == 429
    assert log_in(mine, own.student_no, GOOD).status_code == 303


def test_the_device_cookie_of_one_school_or_a_forged_one_says_nothing_at_another(
    client_for: ClientFor, school: SchoolInfo, other_school: SchoolInfo, own: User, make_user: MakeUser
) -> None:
    mine = client_for(school)
    answer = log_in(mine, own.student_no, GOOD)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("spoc_device="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie
    value = cookie.partition("=")[2].partition(";")[0]
    there = make_user(other_school, password_hash=hash_password(GOOD), must_change_password=False)
    for forged in (value, value[:-2] + "aa", "x"):
        client = client_for(other_school)
        client.set_cookie("spoc_device", forged, domain=f"{other_school.slug}.localhost")
        assert log_in(client, there.student_no, "wrong").status_code == 422
    assert log_in(client_for(other_school), there.student_no, GOOD).status_code == 303


def test_a_session_of_one_school_opens_nothing_at_another(
    client_for: ClientFor, school: SchoolInfo, other_school: SchoolInfo, own: User, make_user: MakeUser
) -> None:
    here, there = client_for(school), client_for(other_school)
    make_user(other_school)
    log_in(here, own.student_no, GOOD)
    there.set_cookie("sid", sid(here, school) or "", domain=f"{other_school.slug}.localhost")
    assert here.get("/password").status_code == 200
    assert there.get("/password").location.startswith("/login")


def test_the_session_of_a_disabled_account_ends(
    client_for: ClientFor, school: SchoolInfo, own: User, make_ctx: Callable[..., object]
) -> None:
    client = client_for(school)
    log_in(client, own.student_no, GOOD)
    session = make_ctx(school).session  # type: ignore[attr-defined]
    session.get_one(User, (school.id, own.id)).status = "disabled"
    session.commit()
    assert client.get("/password").location.startswith("/login")


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/courses?page=2", "/courses?page=2"),
        ("//evil.example", "/"),
        ("https:evil.example", "/"),
        ("/\\evil", "/"),
    ],
)
def test_next_is_honoured_for_own_paths_only(
    client_for: ClientFor, school: SchoolInfo, own: User, wanted: str, location: str
) -> None:
    client = client_for(school)
    assert log_in(client, own.student_no, GOOD, next=wanted).location == location
    assert client.get("/login", query_string={"next": wanted}).location == location


def test_logging_out_ends_the_session_everywhere(
    client_for: ClientFor, school: SchoolInfo, own: User
) -> None:
    client = client_for(school)
    log_in(client, own.student_no, GOOD)
    before = sid(client, school)
    assert send_form(client, "/logout", page="/password").location == "/"
    client.set_cookie("sid", before or "", domain=f"{school.slug}.localhost")
    assert client.get("/password").location.startswith("/login")
    assert client.get("/logout").status_code == 405


def test_a_login_without_its_token_is_asked_again(
    client_for: ClientFor, school: SchoolInfo, own: User
) -> None:
    client = client_for(school)
    answer = client.post("/login", data={"account": own.student_no, "password": GOOD, "next": "/courses"})
    assert answer.status_code == 400
    assert "页面已过期" in answer.text
    assert 'name="next" value="/courses"' in answer.text
    assert client.post("/logout").location == client.post("/password").location == "/login"
    assert audit_of(school, "login.succeeded") == []


@pytest.mark.parametrize("step", ["take", "note_failure", "give_back"])
def test_nobody_is_let_in_without_counters(
    client_for: ClientFor, school: SchoolInfo, own: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def gone(*_: object) -> None:
        raise RedisConnectionError

    monkeypatch.setattr(RedisLoginLimits, step, gone)
    client = client_for(school)
    assert log_in(client, own.student_no, GOOD if step == "give_back" else "wrong").status_code == 503
    assert client.get("/password").location.startswith("/login")
    assert audit_of(school, "login.succeeded") == audit_of(school, "login.failed") == []


@pytest.mark.parametrize(
    "account", ["\x00", "' OR 1=1 --", "a" * 10_000, "%", "😀", "\ud800".encode("utf-8", "replace").decode()]
)
def test_odd_accounts_are_simply_wrong(client_for: ClientFor, school: SchoolInfo, account: str) -> None:
    assert log_in(client_for(school), account, account).status_code == 422


def test_the_school_is_found_by_name_initials_and_student_number(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]
) -> None:
    code = make_school().unit_code
    school = make_school(
        name=f"启明医科大学{code}", name_initials=f"qmykdx{code}", name_pinyin=f"qimingyikedaxue{code}"
    )
    client = client_for(alliance)
    target = f"http://{school.slug}.localhost/login"
    for text in (school.name, f"qmykdx{code}", school.unit_code):
        assert f'href="{target}"' in client.get("/login", query_string={"q": text}).text
    number = f"{school.unit_code}000123"
    assert f'href="{target}?account={number}"' in client.get("/login", query_string={"q": number}).text
    assert "没有找到代码为 99999 的学校" in client.get("/login?q=99999000123").text
    assert "没有找到" in client.get("/login?q=zzzzzz").text


def test_suggestions_come_as_a_part(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, school: SchoolInfo
) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    part = client_for(alliance).get("/login", query_string={"q": school.name}, headers=headers).text
    assert school.name in part
    assert "<html" not in part


def test_suspended_schools_are_not_found(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]
) -> None:
    school = make_school(status="suspended")
    assert school.slug not in client_for(alliance).get("/login", query_string={"q": school.name}).text


def test_the_secretariat_logs_in_on_the_apex_and_goes_to_the_management_side(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user = make_user(alliance, "secretary", password_hash=hash_password(GOOD), must_change_password=False)
    client = client_for(alliance)
    assert "秘书处登录" in client.get("/login").text
    assert "秘书处登录" in client.get("/login/secretariat").text
    assert client.get("/login?next=/manage/").location == "/login/secretariat?next=/manage/"
    answer = send_form(
        client, "/login", page="/login/secretariat", account=user.login_name or "", password=GOOD
    )
    assert (answer.status_code, answer.location) == (303, "/manage/")


def test_people_of_schools_are_nobody_on_the_apex_and_the_other_way_round(
    client_for: Callable[..., FlaskClient],
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    secretary = make_user(
        alliance, "secretary", password_hash=hash_password(GOOD), must_change_password=False
    )
    student = make_user(school, password_hash=hash_password(GOOD), must_change_password=False)
    fields = {"account": student.student_no or "", "password": GOOD}
    assert send_form(client_for(alliance), "/login", page="/login/secretariat", **fields).status_code == 422
    assert log_in(client_for(school), secretary.login_name, GOOD).status_code == 422
    assert client_for(school).get("/login/secretariat").status_code == 404


def test_who_sends_the_box_off_goes_straight_to_the_one_school_meant(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]
) -> None:
    school, twin = (make_school(name=f"朱雀医学院{number}") for number in (1, 2))
    client = client_for(alliance)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}

    def sent(q: str, **more: str) -> str | None:
        answer = client.get("/login", query_string={"q": q} | more, headers=headers)
        assert "HX-Replace-Url" not in answer.headers
        return answer.headers.get("HX-Redirect")

    number, login = f"{school.unit_code}000123", f"http://{school.slug}.localhost/login"
    assert sent(number, go="1") == f"{login}?account={number}"
    assert sent(school.name, go="1") == login
    assert sent(school.name) is None
    assert sent("朱雀医学院", go="1") is None
    assert sent("没有这样的学校", go="1") is None
    assert sent("", go="1") is None
    assert (
        sent(number.translate(str.maketrans("0123456789", "０１２３４５６７８９")), go="1")
        == f"{login}?account={number}"
    )
    asked = "请输入学校名称"
    assert asked in client.get("/login?q=&go=1", headers=headers).text
    assert asked not in client.get("/login?q=", headers=headers).text
    home = client.get("/").text
    assert "登录我的学校" in home
    assert twin.name in client.get("/login", query_string={"q": "朱雀医学院"}).text
