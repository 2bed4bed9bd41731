"""Deleted graduates in imports: no stored row can recreate or name them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import String, cast, select

from app.context import Context
from app.errors import Conflict, msg
from app.models import RosterImport, RosterImportRow, User
from app.models.imports import STATES
from app.rules.imports.states import OVER
from app.services.imports.pages.asked import layout_of
from app.services.imports.pages.choosing import confirm_columns
from app.services.imports.pages.forgetting import refuse_open_imports
from app.services.imports.pages.undo import undo_import
from app.services.imports.pages.upload import discard_import
from app.services.imports.run.check import run_check
from app.services.people.graduates import delete_graduates, preview_graduates
from app.sheets.rosters.findings import Remark
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.readings import change_readings, with_sheet, without_rows
from tests.support.rosters import Importer, plain_rows

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


@pytest.fixture
def delete(make_ctx: MakeCtx, school: SchoolInfo) -> Callable[[], None]:
    """Delete the students of 2019 as an administrator does."""

    def delete() -> None:
        holdings, _ = preview_graduates(make_ctx(school), entry_year=2019, study_years=5)
        with unit_of_work(make_ctx(school)) as ctx:
            delete_graduates(
                ctx, entry_year=2019, study_years=5, students=holdings.students, typed_year="2019"
            )

    return delete


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", ["students", "teachers"])
def test_an_import_that_may_still_write_is_in_the_way(
    importer: Importer,
    make_user: MakeUser,
    school: SchoolInfo,
    delete: Callable[[], None],
    state: str,
    kind: str,
) -> None:
    make_user(school, entry_year=2019, study_years=5)
    importer.write(importer.check(plain_rows(school)), state=state, kind=kind)
    if state in OVER:
        delete()
        return
    with pytest.raises(Conflict, match=r"学生\.xlsx"):
        delete()


def graduates(school: SchoolInfo, count: int = 2) -> list[dict[str, str]]:
    """Rows of students who have graduated."""
    return [{**row, "entry_year": "2019", "study_years": "5"} for row in plain_rows(school, count)]


def test_a_file_that_waits_for_its_columns_cannot_create_them_again(
    importer: Importer, school: SchoolInfo, delete: Callable[[], None]
) -> None:
    importer.do(graduates(school))
    unknown = "编码,叫什么,哪个班\n" + "\n".join(
        f"{row['student_no']},某人,一班" for row in graduates(school)
    )
    waiting = importer.check(unknown.encode())
    assert importer.read(waiting).state == "mapping"
    with pytest.raises(Conflict):
        delete()
    with importer.units() as ctx:
        discard_import(ctx, import_id=waiting)
    delete()
    assert importer.users() == {}


def _stored(school: SchoolInfo) -> str:
    """All that the school's imports hold in clear."""
    with school_scope(school.id) as session:
        rows = session.scalars(select(cast(RosterImportRow.__table__.table_valued(), String)))
        imports = session.scalars(
            select(RosterImport.summary).where(RosterImport.summary != {}).order_by(RosterImport.id)
        )
        return "\n".join([*rows, *(json.dumps(one, ensure_ascii=False) for one in imports)])


def test_rows_that_became_no_account_of_theirs_go_too(
    importer: Importer, school: SchoolInfo, delete: Callable[[], None]
) -> None:
    gone, other = graduates(school)
    other = {**other, "entry_year": "2024"}
    short = gone["student_no"].removeprefix(school.unit_code)
    before = {
        # A row with a problem, from the days before there was an account.
        "problem": importer.check([{**gone, "id_number": "110105199003070000"}, other]),
        # The school's code is missing.
        "short": importer.check([{**gone, "student_no": short}, other]),
        # An account that an undo has removed.
        "undone": importer.do([gone]),
    }
    with importer.units() as ctx:
        undo_import(ctx, import_id=before["undone"])
    importer.do([gone, other])
    # Another one's row that names the account.
    before["named"] = importer.check([{**other, "mobile": gone["mobile"]}])
    assert importer.summary(before["named"]).problems
    for name in ("problem", "short", "named"):
        importer.write(before[name], state="applied")
    bystander = importer.check([other])
    importer.write(bystander, state="applied")
    assert gone["student_no"] in _stored(school)
    delete()
    assert set(importer.users()) == {other["student_no"]}
    left = _stored(school)
    assert gone["student_no"] not in left
    assert gone["real_name"] not in left
    for name, import_id in before.items():
        found = importer.read(import_id)
        with school_scope(school.id) as session:
            content = session.scalar(select(RosterImport.content).where(RosterImport.id == import_id))
        assert content is None, name
        assert "columns" not in found.options, name
    with school_scope(school.id) as session:
        assert session.scalar(select(RosterImport.content).where(RosterImport.id == bystander)) is not None
    assert [row.action for row in importer.rows(bystander)] == ["unchanged"]


def test_people_who_were_left_out_of_a_file_go_too(
    importer: Importer,
    school: SchoolInfo,
    delete: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone, other = graduates(school)
    importer.do([gone])
    with monkeypatch.context() as patch:
        remarks = (Remark(msg("没有读入：%(name)s", name=gone["real_name"])),)
        change_readings(
            patch, lambda reading, _: with_sheet(without_rows(reading, {2: "hidden"}), remarks=remarks)
        )
        import_id = importer.check([gone, {**other, "entry_year": "2024"}])
        with importer.units() as ctx:
            confirm_columns(ctx, import_id=import_id, fields=layout_of(ctx, import_id=import_id).fields)
        run_check(importer.units, import_id=import_id)
    importer.confirm(import_id)
    assert [row.action for row in importer.rows(import_id)] == ["left_out", "create"]
    delete()
    assert [row.action for row in importer.rows(import_id)] == ["create"]
    assert gone["real_name"] not in _stored(school)
    assert not {"columns", "confirmed"} & set(importer.read(import_id).options)


def test_the_preview_counts_the_same_rows_and_files(
    importer: Importer, make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    rows = graduates(school)
    importer.write(
        importer.check([{**row, "id_number": "110105199003070000"} for row in rows]), state="applied"
    )
    importer.do(rows)
    holdings, _ = preview_graduates(make_ctx(school), entry_year=2019, study_years=5)
    assert (holdings.import_rows, holdings.files) == (4, 2)


def test_at_most_three_open_files_are_named(
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    importer_for: Callable[[SchoolInfo], Importer],
) -> None:
    refuse_open_imports(make_ctx(school))
    importer_for(other_school).start(b"x", "别校.csv")
    for number in range(3):
        importer_for(school).start(b"x", f"{number}.csv")
    with pytest.raises(Conflict, match=r"有 3 次导入尚未结束.*：0\.csv、1\.csv、2\.csv。"):
        refuse_open_imports(make_ctx(school))
    importer_for(school).start(b"x", "3.csv")
    with pytest.raises(Conflict, match=r"有 4 次导入尚未结束.*：0\.csv、1\.csv、2\.csv、…。"):
        refuse_open_imports(make_ctx(school))
