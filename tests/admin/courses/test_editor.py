"""The editing pages of a course, at a school and at the alliance, with and without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.context import Context
from app.demo.data_files import cover_svg
from app.models import CourseDraft, CourseOffering, User
from app.rules.permissions import Role
from app.services.courses.create_and_release import (
    CourseContent,
    create_course,
    create_own_course,
    publish_version,
    release_course,
)
from app.services.courses.drafts import open_draft, save_draft
from app.services.licences.single import license_course
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.pages import token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
MakeCtx = Callable[..., Context]
FIELDS = {"title": "自建课程", "category": "临床医学"}


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client, "/manage/"), **fields})


@pytest.fixture
def author(school: SchoolInfo, make_user: MakeUser) -> User:
    """A teacher."""
    return make_user(school, kind="teacher", real_name="李老师", must_change_password=False)


@pytest.fixture
def client(school: SchoolInfo, author: User, client_for: ClientFor) -> FlaskClient:
    """The teacher's browser."""
    return client_for(school, author)


@pytest.fixture
def page(make_ctx: MakeCtx, school: SchoolInfo, author: User) -> str:
    """The address of a new course of the teacher's."""
    with unit_of_work(make_ctx(school, Role.TEACHER, user=author)) as ctx:
        offering = create_own_course(ctx, content=CourseContent(title="自建课程", category="临床医学"))
    return f"/manage/offerings/{offering.id}/"


def draft(school: SchoolInfo) -> dict[str, Any]:
    with school_scope(school.id) as session:
        return session.scalars(select(CourseDraft.content)).one()


def test_a_teacher_makes_a_course_and_finds_its_tabs(client: FlaskClient, school: SchoolInfo) -> None:
    assert "新建课程" in client.get("/manage/offerings/").text
    form = client.get("/manage/offerings/new/").text
    assert "基础医学" in form
    assert '<optgroup label="临床医学">' in form
    made = send(
        client,
        "/manage/offerings/new/",
        title="心电图入门",
        category="临床医学",
        subject="内科学",
        teachers="李老师",
    )
    assert made.status_code == 303
    shown = client.get(made.location).text
    for word in ("基本信息", "详细信息", "评价设置", "版本记录", "课程代码", "教学团队", "课程标签", "封面"):
        assert word in shown
    details = client.get(made.location + "details").text
    # What a review needs is marked as the manual says (标“*”), though a draft is saved without it.
    for tab, marked in ((shown, "授课教师 课程简介"), (details, "课程介绍 学时")):
        for label in marked.split():
            assert f'>{label}<span class="required"' in tab
    for tab, free in ((shown, "课程代码 课程标签"), (details, "学分 先修要求")):
        for label in free.split():
            assert f">{label}</label>" in tab
    for word in ("课程介绍", "教学大纲", "学时", "学分", "适合对象", "先修要求", "参考资料"):
        assert word in details
    assert "授权截止" not in shown
    assert draft(school)["source_name"] == school.name
    assert "自建" not in client.get("/manage/offerings/?source=alliance").text


def test_the_form_without_script_saves_the_tab(client: FlaskClient, school: SchoolInfo, page: str) -> None:
    answer = send(
        client,
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
    stored = draft(school)
    assert (stored["subject"], stored["tags"]) == ("外科学", ["急救", "双语"])
    assert stored["team"] == "<p>王教授</p>\n<p>张教授</p>"
    shown = client.get(page).text
    cover = re.search(r'data-cover src="([^"]+)"', shown)
    assert cover is not None
    assert client.get(cover[1]).content_type == "image/webp"
    assert 'value="急救、双语"' in shown


def test_a_cropped_cover_does_not_replace_one_that_was_not_seen(client: FlaskClient, page: str) -> None:
    def crop(picture: bytes, revision: int) -> TestResponse:
        chosen = (BytesIO(picture), "cover.jpg")
        return send(client, page + "cover", revision=str(revision), cover=chosen)

    first = crop(cover_svg("helix"), 1).json
    assert first is not None
    assert first["newer"] == []
    stale = crop(cover_svg("herbs"), 1)
    assert stale.status_code == 409
    assert "封面刚刚被更换" in str(stale.json)
    assert crop(cover_svg("herbs"), first["revision"]).status_code == 200


def test_the_script_saves_only_what_was_touched_and_hears_what_is_wrong(
    client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    answer = send(
        client,
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
    assert (draft(school)["audience"], draft(school)["outline"]) == ("住院医师", "")


def test_who_else_is_here_and_what_he_saved(
    client: FlaskClient, school: SchoolInfo, page: str, make_user: MakeUser, client_for: ClientFor
) -> None:
    colleague = client_for(
        school, make_user(school, kind="administrator", real_name="王主任", must_change_password=False)
    )
    assert send(client, page + "presence", revision="1").json == {"people": "", "revision": 1, "newer": []}
    send(colleague, page + "autosave/basics", revision="1", dirty="summary", summary="王主任写的")
    seen = send(colleague, page + "presence", revision="2").json
    assert seen == {"people": "李老师 正在编辑", "revision": 2, "newer": []}
    mine = send(client, page + "presence", revision="1").json
    assert mine == {"people": "王主任 正在编辑", "revision": 2, "newer": ["summary"]}


def test_a_conflict_shows_both_texts_and_keeps_the_chosen_ones(
    client: FlaskClient, school: SchoolInfo, page: str, make_user: MakeUser, client_for: ClientFor
) -> None:
    colleague = client_for(
        school, make_user(school, kind="administrator", real_name="王主任", must_change_password=False)
    )
    send(colleague, page + "save/basics", revision="1", **FIELDS, summary="对方的简介", teachers="对方的教师")
    mine = FIELDS | {"summary": "我的简介", "teachers": "我的教师", "source_name": "我的单位"}
    heard = send(client, page + "autosave/basics", revision="1", dirty="summary", **mine)
    assert heard.status_code == 409
    assert heard.json is not None
    assert heard.json["conflict"] is True
    asked = send(client, page + "save/basics", revision="1", **mine)
    assert asked.status_code == 409
    for text in ("对方的简介", "我的简介", "用我的", "用对方的", "王主任 也修改了"):
        assert text in asked.text
    revision = re.search(r'name="revision" value="(\d+)"', asked.text)
    assert revision is not None
    chosen = {"choice-summary": "mine", "choice-teachers": "theirs"}
    done = send(client, page + "save/basics", revision=revision[1], **mine, **chosen)
    assert done.status_code == 303
    stored = draft(school)
    assert (stored["summary"], stored["teachers"], stored["source_name"]) == (
        "我的简介",
        "对方的教师",
        "我的单位",
    )


def test_a_conflict_saves_nothing_not_even_the_cover_and_says_so(
    client: FlaskClient, school: SchoolInfo, page: str, make_user: MakeUser, client_for: ClientFor
) -> None:
    colleague = client_for(
        school, make_user(school, kind="administrator", real_name="王主任", must_change_password=False)
    )
    send(colleague, page + "save/basics", revision="1", **FIELDS, summary="对方的简介")
    before = draft(school)
    chosen = (BytesIO(cover_svg("helix")), "a.svg")
    asked = send(client, page + "save/basics", revision="1", **FIELDS, summary="我的简介", cover=chosen)
    assert asked.status_code == 409
    assert draft(school) == before
    # A form cannot send a file on, so the person is told to choose it again.
    assert "新选择的封面没有保存" in asked.text
    plain = send(client, page + "save/basics", revision="1", **FIELDS, summary="我的简介")
    assert "新选择的封面没有保存" not in plain.text


def test_a_cover_that_was_replaced_meanwhile_keeps_the_texts_from_being_saved_too(
    client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    fields = {"revision": "1", **FIELDS}
    assert (
        send(client, page + "save/basics", **fields, cover=(BytesIO(cover_svg("helix")), "a.svg")).status_code
        == 303
    )
    before = draft(school)
    answer = send(
        client, page + "save/basics", **fields, summary="新简介", cover=(BytesIO(cover_svg("herbs")), "b.svg")
    )
    assert answer.status_code == 422
    assert "封面刚刚被更换" in answer.text
    assert "新简介" in answer.text
    assert draft(school) == before


def test_a_refused_cover_is_marked_and_the_texts_are_saved(
    client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    chosen = (BytesIO(b"GIF89a"), "a.gif")
    answer = send(client, page + "save/basics", revision="1", **FIELDS, summary="新简介", cover=chosen)
    assert answer.status_code == 422
    assert 'id="cover-error"' in answer.text
    assert "其余内容已保存" in answer.text
    assert (draft(school)["summary"], draft(school)["cover"]) == ("新简介", "")


def test_the_assessment_is_kept_while_it_is_unfinished_and_says_what_is_missing(
    client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    typed = {
        "weight_video": "30",
        "weight_exam": "60%",
        "own_name": ["病例汇报", ""],
        "own_weight": ["", ""],
        "pass_mark": "60",
        "gate_kind": "video",
        "gate_percent": "80",
        "makeup_times": "1",
        "makeup_days": "14",
    }
    answer = send(client, page + "save/assessment", revision="1", **typed)
    assert answer.status_code == 422
    assert "现在是 90%" in answer.text
    assert 'id="own-0-error"' in answer.text
    assert len(draft(school)["assessment"]["components"]) == 3
    shown = client.get(page + "assessment").text
    assert "视频观看达到 80% 后，才能参加期末考试" in shown
    assert 'value="病例汇报"' in shown
    right = typed | {"own_weight": ["１０", ""]}
    assert send(client, page + "save/assessment", revision="9", **right).status_code == 303
    broken = send(client, page + "save/assessment", revision="9", **(right | {"weight_video": "三十"}))
    assert 'id="weight_video-error"' in broken.text
    assert 'value="三十"' in broken.text
    assert draft(school)["assessment"]["components"][0]["weight"] == 30


def test_a_course_that_waits_for_its_review_is_shown_and_not_edited(
    client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    with school_scope(school.id) as session:
        session.scalars(select(CourseDraft)).one().state = "pending"
        session.commit()
    for tab in ("", "details", "assessment"):
        shown = client.get(page + tab).text
        assert "正在等待审核" in shown
        assert "data-autosave=" not in shown
    send(client, page + "save/basics", revision="9", title="偷改", category="临床医学")
    assert draft(school)["title"] == "自建课程"


def test_strangers_and_wrong_addresses_find_nothing(
    client: FlaskClient,
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
    assert send(client, page + "save/nothing", revision="1").status_code == 404
    assert client.get(page + "cover-abc.webp").status_code == 404
    assert draft(school)["title"] == "自建课程"


@pytest.mark.parametrize("field", ["title", "code", "summary", "team", "tags", "subject"])
def test_characters_that_the_database_refuses_are_said_at_their_field(
    client: FlaskClient, school: SchoolInfo, page: str, field: str
) -> None:
    answer = send(client, page + "autosave/basics", revision="9", dirty=field, **{field: "a\0b"})
    assert answer.status_code == 200
    assert "\0" not in str(draft(school))


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "１"])
def test_a_nonsensical_revision_is_an_old_one(client: FlaskClient, page: str, revision: str) -> None:
    answer = send(client, page + "autosave/basics", revision=revision, dirty="summary", summary="新")
    assert answer.status_code in (200, 409)
    assert send(client, page + "presence", revision=revision).status_code == 200


def test_an_alliance_course_is_read_at_a_school_and_its_log_says_what_changed(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        course = create_course(
            ctx,
            content=CourseContent(
                title=f"共享{school.id}",
                category="临床医学",
                teachers="甲",
                summary="旧简介",
                description="介绍",
                outline="<h3>第一章</h3>",
                readings="教材一\n教材二",
            ),
        )
        release_course(ctx, course_id=course.id)
        license_course(ctx, course_id=course.id, school_ids=[school.id])
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        view = open_draft(ctx, course_id=course.id)
        save_draft(ctx, course_id=course.id, revision=view.revision, values={"summary": "新简介"})
    with school_scope(school.id) as session:
        page = f"/manage/offerings/{session.scalars(select(CourseOffering.id)).one()}/"
    reader = client_for(school, make_user(school, kind="administrator", must_change_password=False))
    assert "旧简介" in reader.get(page).text
    assert "新简介" not in reader.get(page).text
    details = reader.get(page + "details").text
    assert "<h3>第一章</h3>" in details
    # The dates, which the school fills in, stand before what it can only read.
    assert details.index("课程注册开始时间") < details.index("<h3>第一章</h3>")
    todo = reader.get(page).text.split("上线之前还需要：")[1]
    assert f'href="{page}details"' in todo.split("</div>")[0]
    assert "授权截止" in reader.get(page).text
    assert "还没有评价设置" in reader.get(page + "assessment").text
    for tab in ("", "details", "assessment"):
        assert "data-autosave=" not in reader.get(page + tab).text
    for path in ("save/basics", "autosave/basics", "presence", "discard"):
        assert send(reader, page + path, revision="9", title="本校改名").status_code == 404
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        view = open_draft(ctx, course_id=course.id)
        publish_version(ctx, course_id=course.id, revision=view.revision, note="更正简介")
    log = reader.get(page + "versions").text
    for word in ("第 2 版", "课程简介", "更正简介", "首次发布"):
        assert word in log
    assert "新简介" in reader.get(page).text


def test_the_secretariat_publishes_a_new_version_with_a_note(
    make_ctx: MakeCtx, alliance: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    client = client_for(alliance, make_user(alliance, kind="secretary", must_change_password=False))
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        content = CourseContent(
            title="待更新的课程", category="药学", teachers="甲", summary="简介", description="介绍"
        )
        course = create_course(ctx, content=content)
        release_course(ctx, course_id=course.id)
    page = f"/manage/alliance-courses/{course.id}/"
    assert "发布新版本" not in client.get(page).text
    send(client, page + "autosave/details", revision="9", dirty="hours", hours="40")
    shown = client.get(page).text
    assert "仍是已发布的第 1 版" in shown
    assert "修改了：学时" in shown
    log = client.get(page + "versions").text
    revision = re.search(r'name="revision" value="(\d+)"', log)
    assert revision is not None
    empty = send(client, page + "publish", revision=revision[1], note=" ")
    assert "请说明修改了什么" in empty.text
    assert send(client, page + "publish", revision=revision[1], note="增加学时").status_code == 303
    assert "增加学时" in client.get(page + "versions").text
    send(client, page + "autosave/details", revision="9", dirty="hours", hours="41")
    assert send(client, page + "discard").status_code == 303
    assert 'value="40"' in client.get(page + "details").text
