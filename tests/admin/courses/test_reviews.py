"""课程审核 through its pages."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tenants.registry import SchoolInfo
from tests.support.manage import send
from tests.support.own_courses import Own

MakeOwn = Callable[..., Own]


def test_the_reviewer_sees_all_of_it_what_changed_and_decides_on_what_he_has_read(
    office: FlaskClient, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school).approved()
    own.edit(summary="一门好课程。", description="<p>第一段</p><p>第二段，补充</p>", tags=("新标签",))
    own.submit()
    menu = office.get("/manage/").text
    assert '<span class="visually-hidden">待处理：</span>1' in menu
    page_address = f"/manage/course-reviews/{own.course_id}/"
    page = office.get(page_address).text
    for wanted in ("与第 1 版（上次通过）相比", "<ins>", "新标签", "学生将看到的内容"):
        assert wanted in page
    assert page.index("删除的文字") < page.index("学生将看到的内容")
    stale = send(office, page_address + "decide", decision="approved", revision="1")
    assert stale.status_code == 422
    assert "又有修改" in stale.text
    nothing = send(office, page_address + "decide", revision="1")
    assert "请选择通过或者不通过" in nothing.text
    unreasoned = send(office, page_address + "decide", decision="rejected", revision="1")
    # In English the act and the state are two words.
    office.set_cookie("lang", "en", domain=f"{school.slug}.localhost")
    english = office.get(page_address).text
    assert "<span>Reject" in english
    assert ">Submitted for review<" in english
    office.delete_cookie("lang", domain=f"{school.slug}.localhost")
    said = unreasoned.text.split('id="reason-error"')[1].split("</p>")[0]
    assert "请填写不通过的原因" in said
    revision = str(own.course().revision)
    assert send(office, page_address + "decide", decision="approved", revision=revision).status_code == 303
    assert own.states() == ("approved", None, "online")
    again = send(office, page_address + "decide", decision="approved", revision=revision)
    assert "已经处理了这门课程" in again.text
    assert "没有等待审核的课程" in office.get("/manage/course-reviews/").text
    assert own.course().title in office.get("/manage/course-reviews/?state=decided").text
    assert own.course().title in office.get("/manage/course-reviews/?state=decided&page=9").text
