"""联盟管理 → 学校: opened, edited, suspended, with their quotas and how far they are."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.demo.data_files import emblem_svg
from app.models import User
from tenants.registry import SchoolInfo, find_by_id, find_by_slug
from tests.support.app import next_unit_code, school_info
from tests.support.manage import send

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


def school_fields(**values: Any) -> dict[str, Any]:
    code = next_unit_code()
    typed = {
        "name": f"页面医学院{code}",
        "short_name": "页面",
        "slug": f"page-{code}",
        "unit_code": code,
        "accent": "#1d5fa8",
        "timezone": "Asia/Shanghai",
        "admin_name": "方明远",
        "admin_login": "admin",
    }
    return typed | values


def test_a_school_is_opened_and_its_password_shown_once(secretary_client: FlaskClient) -> None:
    fields = school_fields()
    answer = send(
        secretary_client, "/manage/schools/new/", **fields, logo=(BytesIO(emblem_svg("boai")), "校徽.svg")
    )
    assert answer.status_code == 200
    assert "一次性密码" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    school = find_by_slug(fields["slug"])
    assert school is not None
    assert school.logo_sha
    listed = secretary_client.get("/manage/schools/", query_string={"q": fields["unit_code"]})
    assert fields["name"] in listed.text
    assert "1 / 8" in listed.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "请填写此项"),
        ("slug", "www", "系统保留"),
        ("unit_code", "12", "5 位数字"),
        ("accent", "blue", "主题色"),
        ("timezone", "Mars/Base", "时区"),
        ("admin_login", " ", "请填写此项"),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_marks_the_field(
    secretary_client: FlaskClient, field: str, value: str, said: str
) -> None:
    fields = school_fields(**{field: value})
    answer = send(secretary_client, "/manage/schools/new/", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#{field}"' in answer.text
    assert answer.text.count(f'id="{field}-error"') == 1
    assert f'value="{fields["short_name"]}"' in answer.text
    assert find_by_slug(fields["slug"]) is None


def test_a_refused_subdomain_is_said_at_its_field_once_with_one_to_use_instead(
    secretary_client: FlaskClient,
) -> None:
    page = send(secretary_client, "/manage/schools/new/", **school_fields(slug="www")).text
    assert page.count('id="slug-error"') == 1
    verdict = page.partition('id="slug-verdict"')[2].partition("timezone")[0]
    assert "系统保留" not in verdict
    assert "可以改用：" in verdict


def test_all_that_is_wrong_with_a_school_is_said_at_once(secretary_client: FlaskClient) -> None:
    page = send(
        secretary_client, "/manage/schools/new/", **school_fields(unit_code="12a", admin_name="")
    ).text
    assert 'id="unit_code-error"' in page
    assert 'id="admin_name-error"' in page


def test_a_broken_logo_is_refused_with_what_is_accepted(secretary_client: FlaskClient) -> None:
    answer = send(
        secretary_client, "/manage/schools/new/", **school_fields(), logo=(BytesIO(b"GIF89a"), "x.png")
    )
    assert answer.status_code == 422
    assert "PNG、JPEG、WebP 或 SVG" in answer.text


def test_a_school_is_not_changed_when_the_logo_that_is_sent_along_is_refused(
    secretary_client: FlaskClient, school: SchoolInfo
) -> None:
    fields = school_fields(slug=school.slug, unit_code=school.unit_code, name="改过名字的学校")
    page = f"/manage/schools/{school.id}/"
    assert send(secretary_client, page, **fields, logo=(BytesIO(b"GIF89a"), "x.png")).status_code == 422
    unchanged = find_by_id(school.id)
    assert unchanged is not None
    assert unchanged.name == school.name
    assert send(secretary_client, page, **fields).status_code == 303
    changed = find_by_id(school.id)
    assert changed is not None
    assert changed.name == "改过名字的学校"


def test_the_label_is_checked_while_one_types(secretary_client: FlaskClient, school: SchoolInfo) -> None:
    def verdict(**query: Any) -> str:
        return secretary_client.get("/manage/schools/slug", query_string=query).text

    assert "已被其他学校使用" in verdict(slug=school.slug, name="仁心医学院")
    assert "可以改用：renxin" in verdict(slug=school.slug, name="仁心医学院")
    assert "可以使用" in verdict(slug=school.slug, school_id=school.id)
    assert "可以使用" in verdict(slug="quite-free")
    assert "<script>" not in verdict(slug="<script>alert(1)</script>")
    assert (
        secretary_client.get("/manage/schools/slug?slug=a&school_id=99999999999999999999").status_code == 200
    )


def test_logo_and_colour_are_previewed_as_they_would_be_stored(secretary_client: FlaskClient) -> None:
    shown = send(
        secretary_client,
        "/manage/schools/preview",
        accent="#ffe000",
        name="甲",
        logo=(BytesIO(emblem_svg("mingde")), "x.svg"),
    )
    assert "data:image/webp;base64," in shown.text
    assert 'fill="#ffe000"' in shown.text
    assert 'fill="#000000"' in shown.text
    refused = send(
        secretary_client, "/manage/schools/preview", accent="#ffe000", logo=(BytesIO(b"no"), "x.svg")
    )
    assert "PNG、JPEG、WebP 或 SVG" in refused.text


def test_a_school_is_edited_suspended_and_resumed(secretary_client: FlaskClient, school: SchoolInfo) -> None:
    address = f"/manage/schools/{school.id}/"
    fields = school_fields(name=school.name, slug=school.slug, unit_code=school.unit_code, short_name="改名")
    for name in ("admin_name", "admin_login"):
        del fields[name]
    assert school.name in secretary_client.get(address).text
    assert send(secretary_client, address, **fields).status_code == 303
    assert school_info(school.id).short_name == "改名"
    assert "不会丢失" in secretary_client.get(address + "suspend/").text
    unexplained = send(secretary_client, address + "suspend/", reason=" ")
    assert (unexplained.status_code, school_info(school.id).status) == (422, "active")
    assert send(secretary_client, address + "suspend/", reason="合同到期").status_code == 303
    assert school_info(school.id).status == "suspended"
    page = secretary_client.get(address).text
    assert "恢复使用" in page
    assert "合同到期" in page
    assert send(secretary_client, address + "resume").status_code == 303
    assert school_info(school.id).status == "active"


def test_quotas_are_set_and_shown_with_what_is_used(
    secretary_client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    make_user(school)
    address = f"/manage/schools/{school.id}/"
    assert "1（不限）" in secretary_client.get(address).text
    assert send(secretary_client, address + "quotas", most_people="300", most_courses="5").status_code == 303
    page = secretary_client.get(address).text
    assert "1 / 300" in page
    assert "0 / 5" in page
    for typed in ("-1", "many", "9" * 30):
        refused = send(secretary_client, address + "quotas", most_people=typed)
        assert (refused.status_code, 'id="most_people-error"' in refused.text) == (422, True)
        assert f'value="{school.name}"' in refused.text
    assert send(secretary_client, address + "quotas").status_code == 303
    assert "1（不限）" in secretary_client.get(address).text


def test_the_list_of_schools_is_sorted_and_filtered_by_progress(
    secretary_client: FlaskClient, school: SchoolInfo
) -> None:
    for query in ("sort=progress", "sort=progress&desc=1", "missing=any", "missing=logo", "missing=x"):
        page = secretary_client.get(f"/manage/schools/?q={school.unit_code}&{query}").text
        assert school.name in page
    assert school.name not in secretary_client.get(f"/manage/schools/?q={school.unit_code}&missing=none").text


def test_a_zone_that_is_not_offered_stays_when_the_school_has_it(
    secretary_client: FlaskClient, make_school: Callable[..., SchoolInfo]
) -> None:
    school = make_school(timezone="Pacific/Auckland")
    assert 'value="Pacific/Auckland"' in secretary_client.get(f"/manage/schools/{school.id}/").text


def test_nobody_else_finds_these_pages(
    school: SchoolInfo, alliance: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    administrator = client_for(school, make_user(school, kind="administrator", must_change_password=False))
    visitor = client_for(alliance)
    for path in (
        "schools/",
        "schools/new/",
        "schools/slug",
        "alliance-courses/",
        "licences/",
        f"schools/{school.id}/",
    ):
        assert administrator.get("/manage/" + path).status_code == 404
        assert visitor.get("/manage/" + path).status_code == 303
    answer = send(administrator, "/manage/schools/new/", **school_fields())
    assert answer.status_code == 404
