"""A copy of one's data."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

from sqlalchemy import select

from app.context import Context
from app.models import AuditEntry, User
from app.rules.permissions import Role
from app.services.me import changes as own_changes
from app.services.me.export import bundle_own_data
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.requests import ID_NUMBER
from tests.support.traces import leave_traces

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


def test_everyone_gets_all_that_is_stored_about_him_and_nothing_of_others(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser
) -> None:
    mine = make_user(school, real_name="张三丰", email="zhang@example.com")
    other = make_user(school, real_name="别人的名字", email="other@example.com")
    leave_traces(make_ctx, alliance, school, mine)
    with unit_of_work(make_ctx(school, Role.STUDENT, user=other)) as ctx:
        own_changes.change_own_information(ctx, nickname="别人的昵称", mobile="13900139000")
    with unit_of_work(make_ctx(school, Role.STUDENT, user=mine)) as ctx:
        bundle = bundle_own_data(ctx, readable=lambda data: f"<p>{data['account']['real_name']}</p>")
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        names = archive.namelist()
        text = archive.read("data.json").decode()
        proof = next(name for name in names if name.startswith("files/"))
        assert archive.read(proof) == b"%PDF-1.7 proof"
        assert archive.read("photo.webp")[8:12] == b"WEBP"
        assert "张三丰" in archive.read("data.html").decode()
    for known in (
        "张三丰", "小名", "13800138000", "zhang@example.com", ID_NUMBER, "药理学", "写错了", "消息正文", "2019级.xlsx",
        "consent.accepted",
    ):  # fmt: skip
        assert known in text, known
    for hidden in ("别人", "13900139000", "password_hash", "sealed", "某人", "school_id"):
        assert hidden not in text, hidden
    data = json.loads(text)
    assert [one["row"] for one in data["imports"]] == [3]
    with school_scope(school.id) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert last.action == "user.own_data_downloaded"
