"""The copy of a person's data, and the deletion of a graduated cohort."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import date

import pytest
from sqlalchemy import func, select, update

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound, msg
from app.models import AuditEntry, Registration, RosterImport, RosterImportRow, User
from app.rules.permissions import Role
from app.services.auth.consents import accept_consent
from app.services.me import changes as own_changes
from app.services.me.export import bundle_own_data
from app.services.messages.notices import notify
from app.services.people.graduates import delete_graduates, has_graduated, list_cohorts, preview_graduates
from app.services.requests.proof_files import SentFile
from app.services.requests.student import submit_request
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.services.requests.test_student import ID_NUMBER, picture
from tests.support.courses import put_course, put_offering, put_registration
from tests.support.world import Populated, scoped_models

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


def leave_traces(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, user: User) -> None:
    """Let a student do everything that leaves something behind."""
    put_registration(
        school, put_offering(alliance, school, put_course(alliance, title=f"药理学{user.id}")), user
    )
    with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
        accept_consent(ctx)
        own_changes.change_own_information(ctx, nickname="小名", mobile="13800138000")
        own_changes.change_own_photo(ctx, content=picture())
        submit_request(
            ctx,
            typed={"id_number": ID_NUMBER},
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


@pytest.mark.parametrize(
    ("entry_year", "study_years", "today", "ended"),
    [
        (2021, 5, date(2026, 6, 30), False),
        (2021, 5, date(2026, 7, 1), True),
        (2020, 5, date(2026, 1, 1), True),
        (2026, 1, date(2026, 9, 10), False),
    ],
)
def test_a_year_has_graduated_from_the_july_of_its_last_year(
    entry_year: int, study_years: int, today: date, ended: bool
) -> None:
    assert has_graduated(entry_year, study_years, today) is ended


@pytest.fixture
def graduates(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser) -> list[User]:
    """Two of a graduated year with all their traces, and others who stay."""
    gone = [make_user(school, entry_year=2019, study_years=5, real_name=f"毕业生{n}") for n in (1, 2)]
    leave_traces(make_ctx, alliance, school, gone[0])
    make_user(school, entry_year=2024, study_years=5, real_name="在读")
    make_user(school, entry_year=2019, study_years=8, real_name="八年制")
    make_user(school, entry_year=2019, real_name="学制未填")
    make_user(school, "teacher", real_name="教师")
    return gone


def test_only_years_that_have_graduated_can_be_chosen(
    make_ctx: MakeCtx, school: SchoolInfo, graduates: list[User]
) -> None:
    ctx = make_ctx(school)
    assert [(one.entry_year, one.study_years, one.students) for one in list_cohorts(ctx)] == [(2019, 5, 2)]
    for entry_year, study_years in ((2024, 5), (2018, 5), (99999999, 5), (2019, 1000)):
        with pytest.raises(NotFound):
            preview_graduates(ctx, entry_year=entry_year, study_years=study_years)


def test_a_graduated_year_goes_with_all_its_traces_and_the_log_keeps_counts(
    make_ctx: MakeCtx, school: SchoolInfo, graduates: list[User]
) -> None:
    holdings, people = preview_graduates(make_ctx(school), entry_year=2019, study_years=5)
    assert asdict(holdings) == {
        "students": 2, "registrations": 1, "change_requests": 1, "messages": 1, "mails": 0, "consents": 1,
        "import_rows": 1, "files": 1,
    }  # fmt: skip
    assert [one.real_name for one in people.rows] == ["毕业生1", "毕业生2"]
    with unit_of_work(make_ctx(school)) as ctx:
        delete_graduates(ctx, entry_year=2019, study_years=5, students=2, typed_year=" 2019 ")
    gone = {user.id for user in graduates}
    with school_scope(school.id) as session:
        names = set(session.scalars(select(User.real_name)))
        assert names == {"在读", "八年制", "学制未填", "教师"}
        for model in scoped_models():
            if hasattr(model, "user_id"):
                left = select(func.count()).select_from(model).where(model.user_id.in_(gone))
                assert session.scalar(left) == 0, model.__tablename__
        assert session.scalars(select(RosterImport.content)).all() == [None]
        assert session.scalars(select(RosterImportRow.row_no)).all() == [5]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "graduates.deleted")).one()
    assert entry.data["students"] == 2
    assert "毕业生" not in json.dumps(entry.data, ensure_ascii=False)


def test_a_deletion_asks_for_the_year_the_count_and_no_import_going_on(
    make_ctx: MakeCtx, school: SchoolInfo, graduates: list[User], make_user: MakeUser
) -> None:
    def delete(role: Role = Role.ADMINISTRATOR, **changes: object) -> None:
        given = {"entry_year": 2019, "study_years": 5, "students": 2, "typed_year": "2019"} | changes
        with unit_of_work(make_ctx(school, role)) as ctx:
            delete_graduates(ctx, **given)  # type: ignore[arg-type]

    with pytest.raises(Invalid):
        delete(typed_year="2018")
    with pytest.raises(Conflict):
        delete(students=3)
    with pytest.raises(NotFound):
        delete(entry_year=2024, typed_year="2024")
    for role in (Role.TEACHER, Role.STUDENT):
        with pytest.raises(NotAllowed):
            delete(role)
    with school_scope(school.id) as session:
        session.execute(update(RosterImport).values(state="checked"))
        session.commit()
    with pytest.raises(Conflict):
        delete()
    with school_scope(school.id) as session:
        assert session.scalar(select(func.count()).select_from(Registration)) == 1


def test_another_schools_graduates_stay(
    make_ctx: MakeCtx, two_schools: tuple[Populated, Populated], make_user: MakeUser
) -> None:
    mine, theirs = two_schools
    for world in two_schools:
        make_user(world.school, entry_year=2019, study_years=5)
    with school_scope(mine.school.id) as session:
        session.execute(update(RosterImport).values(state="applied"))
        session.commit()
    with unit_of_work(make_ctx(mine.school)) as ctx:
        delete_graduates(ctx, entry_year=2019, study_years=5, students=1, typed_year="2019")
    with school_scope(theirs.school.id) as session:
        assert session.scalar(select(func.count()).select_from(User).where(User.entry_year == 2019)) == 1
