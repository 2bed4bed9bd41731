"""The editing pages of a course, at a school and at the alliance, with and without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.demo.data_files import cover_svg
from app.models import CourseDraft, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.drafts import draft_of
from tests.support.manage import send

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


FIELDS = {"title": "自建课程", "category": "临床医学"}


def test_a_teacher_makes_a_course_and_finds_its_tabs(author_client: FlaskClient, school: SchoolInfo) -> None:
    assert "新建课程" in author_client.get("/manage/offerings/").text
    form = author_client.get("/manage/offerings/new/").text
    assert "基础医学" in form
    assert '<optgroup label="临床医学">' in form
    made = send(
        author_client,
        "/manage/offerings/new/",
        title="心电图入门",
        category="临床医学",
        subject="内科学",
        teachers="李老师",
    )
    assert made.status_code == 303
    shown = author_client.get(made.location).text
    for word in ("基本信息", "详细信息", "评价设置", "版本记录", "课程代码", "教学团队", "课程标签", "封面"):
        assert word in shown
    details = author_client.get(made.location + "details").text
    # What a review needs is marked as the manual says (标“*”), though a draft_of is saved without it.
    for tab, marked in ((shown, "授课教师 课程简介"), (details, "课程介绍 学时")):
        for label in marked.split():
            assert f'>{label}<span class="required"' in tab
    for tab, free in ((shown, "课程代码 课程标签"), (details, "学分 先修要求")):
        for label in free.split():
            assert f">{label}</label>" in tab
    for word in ("课程介绍", "教学大纲", "学时", "学分", "适合对象", "先修要求", "参考资料"):
        assert word in details
    assert "授权截止" not in shown
    assert draft_of(school)["source_name"] == school.name
    assert "自建" not in author_client.get("/manage/offerings/?source=alliance").text


def test_the_form_without_script_saves_the_tab(
    author_client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    answer = send(
        author_client,
        page + "save/basics",
        revision="1",
        title="自建课程",
        category="临床医学",
        subject="外科学",
        team="王教授\n\n张教授",
        tags="急救、 双语,急救",
        cover=(BytesIO(cover_svg("helix")), "a.svg"),
    )
    assert answer.status_code == 303
    stored = draft_of(school)
    assert (stored["subject"], stored["tags"]) == ("外科学", ["急救", "双语"])
    assert stored["team"] == "<p>王教授</p>\n<p>张教授</p>"
    shown = author_client.get(page).text
    cover = re.search(r'data-cover src="([^"]+)"', shown)
    assert cover is not None
    assert author_client.get(cover[1]).content_type == "image/webp"
    assert 'value="急救、双语"' in shown


def test_a_cropped_cover_does_not_replace_one_that_was_not_seen(
    author_client: FlaskClient, page: str
) -> None:
    def crop(picture: bytes, revision: int) -> TestResponse:
        chosen = (BytesIO(picture), "cover.jpg")
        return send(author_client, page + "cover", revision=str(revision), cover=chosen)

    first = crop(cover_svg("helix"), 1).json
    assert first is not None
    assert first["newer"] == []
    stale = crop(cover_svg("herbs"), 1)
    assert stale.status_code == 409
    assert "封面刚刚被更换" in str(stale.json)
    assert crop(cover_svg("herbs"), first["revision"]).status_code == 200


def test_the_script_saves_only_what_was_touched_and_hears_what_is_wrong(
    author_client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    answer = send(
        author_client,
        page + "autosave/details",
        revision="1",
        dirty="hours,audience",
        hours="很多",
        audience="住院医师",
        outline="不该保存",
    ).json
    assert answer is not None
    assert re.fullmatch(r"已自动保存 \d\d:\d\d", answer["saved"])
    assert set(answer["problems"]) == {"hours"}
    assert (draft_of(school)["audience"], draft_of(school)["outline"]) == ("住院医师", "")


def test_who_else_is_here_and_what_he_saved(
    author_client: FlaskClient, school: SchoolInfo, page: str, make_user: MakeUser, client_for: ClientFor
) -> None:
    colleague = client_for(
        school, make_user(school, kind="administrator", real_name="王主任", must_change_password=False)
    )
    assert send(author_client, page + "presence", revision="1").json == {
        "people": "",
        "revision": 1,
        "newer": [],
    }
    send(colleague, page + "autosave/basics", revision="1", dirty="summary", summary="王主任写的")
    seen = send(colleague, page + "presence", revision="2").json
    assert seen == {"people": "李老师 正在编辑", "revision": 2, "newer": []}
    mine = send(author_client, page + "presence", revision="1").json
    assert mine == {"people": "王主任 正在编辑", "revision": 2, "newer": ["summary"]}


def test_a_conflict_shows_both_texts_and_keeps_the_chosen_ones(
    author_client: FlaskClient, school: SchoolInfo, page: str, make_user: MakeUser, client_for: ClientFor
) -> None:
    colleague = client_for(
        school, make_user(school, kind="administrator", real_name="王主任", must_change_password=False)
    )
    send(colleague, page + "save/basics", revision="1", **FIELDS, summary="对方的简介", teachers="对方的教师")
    mine = FIELDS | {"summary": "我的简介", "teachers": "我的教师", "source_name": "我的单位"}
    heard = send(author_client, page + "autosave/basics", revision="1", dirty="summary", **mine)
    assert heard.status_code == 409
    assert heard.json is not None
    assert heard.json["conflict"] is True
    asked = send(author_client, page + "save/basics", revision="1", **mine)
    assert asked.status_code == 409
    for text in ("对方的简介", "我的简介", "用我的", "用对方的", "王主任 也修改了"):
        assert text in asked.text
    revision = re.search(r'name="revision" value="(\d+)"', asked.text)
    assert revision is not None
    chosen = {"choice-summary": "mine", "choice-teachers": "theirs"}
    done = send(author_client, page + "save/basics", revision=revision[1], **mine, **chosen)
    assert done.status_code == 303
    stored = draft_of(school)
    assert (stored["summary"], stored["teachers"], stored["source_name"]) == (
        "我的简介",
        "对方的教师",
        "我的单位",
    )


def test_a_conflict_saves_nothing_not_even_the_cover_and_says_so(
    author_client: FlaskClient, school: SchoolInfo, page: str, make_user: MakeUser, client_for: ClientFor
) -> None:
    colleague = client_for(
        school, make_user(school, kind="administrator", real_name="王主任", must_change_password=False)
    )
    send(colleague, page + "save/basics", revision="1", **FIELDS, summary="对方的简介")
    before = draft_of(school)
    chosen = (BytesIO(cover_svg("helix")), "a.svg")
    asked = send(
        author_client, page + "save/basics", revision="1", **FIELDS, summary="我的简介", cover=chosen
    )
    assert asked.status_code == 409
    assert draft_of(school) == before
    # A form cannot send a file on, so the person is told to choose it again.
    assert "新选择的封面没有保存" in asked.text
    plain = send(author_client, page + "save/basics", revision="1", **FIELDS, summary="我的简介")
    assert "新选择的封面没有保存" not in plain.text


def test_a_cover_that_was_replaced_meanwhile_keeps_the_texts_from_being_saved_too(
    author_client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    fields = {"revision": "1", **FIELDS}
    assert (
        send(
            author_client, page + "save/basics", **fields, cover=(BytesIO(cover_svg("helix")), "a.svg")
        ).status_code
        == 303
    )
    before = draft_of(school)
    answer = send(
        author_client,
        page + "save/basics",
        **fields,
        summary="新简介",
        cover=(BytesIO(cover_svg("herbs")), "b.svg"),
    )
    assert answer.status_code == 422
    assert "封面刚刚被更换" in answer.text
    assert "新简介" in answer.text
    assert draft_of(school) == before


def test_a_refused_cover_is_marked_and_the_texts_are_saved(
    author_client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    chosen = (BytesIO(b"GIF89a"), "a.gif")
    answer = send(author_client, page + "save/basics", revision="1", **FIELDS, summary="新简介", cover=chosen)
    assert answer.status_code == 422
    assert 'id="cover-error"' in answer.text
    assert "其余内容已保存" in answer.text
    assert (draft_of(school)["summary"], draft_of(school)["cover"]) == ("新简介", "")


def test_a_course_that_waits_for_its_review_is_shown_and_not_edited(
    author_client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    with school_scope(school.id) as session:
        session.scalars(select(CourseDraft)).one().state = "pending"
        session.commit()
    for tab in ("", "details", "assessment"):
        shown = author_client.get(page + tab).text
        assert "正在等待审核" in shown
        assert "data-autosave=" not in shown
    send(author_client, page + "save/basics", revision="9", title="偷改", category="临床医学")
    assert draft_of(school)["title"] == "自建课程"


def test_strangers_and_wrong_addresses_find_nothing(
    author_client: FlaskClient,
    school: SchoolInfo,
    other_school: SchoolInfo,
    page: str,
    make_user: MakeUser,
    client_for: ClientFor,
) -> None:
    stranger = client_for(school, make_user(school, kind="teacher", must_change_password=False))
    elsewhere = client_for(
        other_school, make_user(other_school, kind="administrator", must_change_password=False)
    )
    for someone in (stranger, elsewhere):
        for path in ("", "assessment", "versions"):
            assert someone.get(page + path).status_code == 404
        for path in ("save/basics", "autosave/basics", "presence", "cover", "discard"):
            assert send(someone, page + path, title="我的", revision="1").status_code == 404
    assert send(author_client, page + "save/nothing", revision="1").status_code == 404
    assert author_client.get(page + "cover-abc.webp").status_code == 404
    assert draft_of(school)["title"] == "自建课程"


@pytest.mark.parametrize("field", ["title", "code", "summary", "team", "tags", "subject"])
def test_characters_that_the_database_refuses_are_said_at_their_field(
    author_client: FlaskClient, school: SchoolInfo, page: str, field: str
) -> None:
    answer = send(author_client, page + "autosave/basics", revision="9", dirty=field, **{field: "a\0b"})
    assert answer.status_code == 200
    assert "\0" not in str(draft_of(school))


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "１"])
def test_a_nonsensical_revision_is_an_old_one(author_client: FlaskClient, page: str, revision: str) -> None:
    answer = send(author_client, page + "autosave/basics", revision=revision, dirty="summary", summary="新")
    assert answer.status_code in (200, 409)
    assert send(author_client, page + "presence", revision=revision).status_code == 200
