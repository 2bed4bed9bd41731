"""The status of an own course and its buttons."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tenants.registry import SchoolInfo
from tests.support.manage import send
from tests.support.own_courses import Own

MakeOwn = Callable[..., Own]
ClientFor = Callable[..., FlaskClient]


def test_the_status_buttons_of_the_courses_page(
    office: FlaskClient, client_for: ClientFor, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school, dated=False)
    address, teacher = f"/manage/offerings/{own.offering_id}/", client_for(school, own.teacher)
    page = teacher.get(address).text
    assert "课程提交审核确认" in page
    assert "请填写课程开始时间" in page
    assert "上线" not in page.split('class="page-header"')[1].split("</header>")[0]
    assert send(teacher, address + "submit").status_code == 303
    assert "还不能提交审核：有 4 项没有填写" in teacher.get(address).text
    dates = {
        "starts_on": "2026-09-20",
        "ends_on": "2026-12-20",
        "registration_starts_on": "2026-09-01",
        "registration_ends_on": "2026-09-19",
    }
    assert send(teacher, address + "details", **dates).status_code == 303
    assert send(teacher, address + "submit").status_code == 303
    assert own.states()[0] == "pending"
    assert send(teacher, f"/manage/course-reviews/{own.course_id}/decide").status_code == 404
    own.decide()
    # The dialog closes with the answer, so the browser asks for the tick and the reason: nothing typed is lost.
    form = office.get(address).text.split(f'action="{address}take-off"')[1].split("</form>")[0]
    assert "novalidate" not in form
    assert form.count(" required") == 2
    # 「已通过」 without the tick changes nothing, with it needs a reason.
    assert send(office, address + "take-off", reason="x").status_code == 303
    assert send(office, address + "take-off", decision="rejected").status_code == 303
    assert own.states()[0] == "approved"
    assert send(teacher, address + "take-off", decision="rejected", reason="x").status_code == 404
    assert send(teacher, address + "recommend").status_code == 404
    assert send(office, address + "recommend", note="好课").status_code == 303
    assert "已推荐" in office.get(address).text
    assert "已推荐" in office.get("/manage/offerings/?recommendation=open").text
    assert send(office, address + "withdraw-recommendation").status_code == 303
    assert send(office, address + "take-off", decision="rejected", reason="停开").status_code == 303
    assert own.states() == ("rejected", None, "offline")
    assert "原因：停开" in teacher.get(address).text
    # Students do not see it, so the list does not say 报名中, whatever its dates.
    listed = office.get("/manage/offerings/").text.split("<tbody>")[1]
    assert not [word for word in ("报名中", "即将开课", "进行中", "已结束") if word in listed]
    # An own course has no 「上线」 and no 「下线」 of its own.
    assert send(office, address + "online").status_code == 303
    assert own.states()[2] == "offline"
