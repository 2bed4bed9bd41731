"""A student who has used everything that stores something."""

from __future__ import annotations

from collections.abc import Callable

from app.context import Context
from app.errors import msg
from app.models import RosterImport, RosterImportRow, User
from app.rules.permissions import Role
from app.services.auth.consents import accept_consent
from app.services.me import changes as own_changes
from app.services.messages.notices import notify
from app.services.requests.proof_files import SentFile
from app.services.requests.student import submit_request
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_course, put_offering, put_registration
from tests.support.requests import ID_NUMBER, camera_picture

MakeCtx = Callable[..., Context]


def leave_traces(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, user: User) -> None:
    """Let a student do everything that leaves something behind."""
    put_registration(
        school, put_offering(alliance, school, put_course(alliance, title=f"药理学{user.id}")), user
    )
    with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
        accept_consent(ctx)
        own_changes.change_own_information(ctx, nickname="小名", mobile="13800138000")
        own_changes.change_own_photo(ctx, content=camera_picture())
        submit_request(
            ctx,
            entered={"id_number": ID_NUMBER},
            reason="写错了",
            files=[SentFile("证明.pdf", b"%PDF-1.7 proof")],
        )
        notify(ctx, user_id=user.id, subject=msg("消息题目"), body=msg("消息正文"))
    with school_scope(school.id) as session:
        roster = RosterImport(
            kind="students",
            state="applied",
            filename="2019级.xlsx",
            size=1,
            content=b"x",
            created_by_name="管理员",
        )
        session.add(roster)
        session.flush()
        rows = ((3, "create", user.id), (4, "problem", None), (5, "create", 10**9))
        for number, action, user_id in rows:
            session.add(
                RosterImportRow(
                    import_id=roster.id, row_no=number, action=action, user_id=user_id, raw=b"x", title="某人"
                )
            )
        session.commit()
