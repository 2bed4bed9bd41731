"""Acts on an import before it is applied: upload, new check, confirmation, discarding."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed
from app.jobs import JobName
from app.rules.permissions import Role
from app.services.imports.pages.read import refusal_of
from app.services.imports.pages.upload import confirm_import, discard_import, start_import
from app.services.imports.run.apply import run_apply
from tenants.registry import SchoolInfo
from tests.support.app import Sent
from tests.support.rosters import (
    Importer,
    plain_rows,
    sheet_of,
)


def test_nothing_to_do_is_not_saved(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    again = importer.check(rows)
    with pytest.raises(Conflict), importer.units() as ctx:
        confirm_import(ctx, import_id=again)


def test_a_class_that_was_not_offered_is_refused(importer: Importer) -> None:
    import_id = importer.check(plain_rows(importer.school, 1))
    (planned,) = importer.summary(import_id).classes
    with pytest.raises(Invalid), importer.units() as ctx:
        confirm_import(ctx, import_id=import_id, same_classes={planned.id: 1})


def test_a_file_that_is_too_large_is_refused_at_once(importer: Importer, sent: Sent) -> None:
    found = importer.read(importer.start(bytes(10 * 2**20 + 1)))
    assert found.state == "refused"
    assert "10 MB" in str(refusal_of(found))
    assert sent == []


def test_a_file_keeps_its_own_name_and_no_folder(importer: Importer) -> None:
    assert importer.read(importer.start(b"x", "C:\\桌面\\名单\x00.xlsx")).filename == "名单.xlsx"


def test_a_second_click_on_save_is_harmless(importer: Importer, sent: Sent) -> None:
    import_id = importer.check(plain_rows(importer.school))
    for _ in range(2):
        with importer.units() as ctx:
            confirm_import(ctx, import_id=import_id)
    assert [name for name, _, _ in sent].count(JobName.APPLY_IMPORT) == 1
    for _ in range(2):
        run_apply(importer.units, import_id=import_id)
    assert len(importer.users()) == 3


def test_an_unchecked_import_cannot_be_saved(importer: Importer) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with pytest.raises(Conflict), importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)


def test_a_discarded_import_keeps_nothing_of_the_file(importer: Importer) -> None:
    import_id = importer.check(plain_rows(importer.school))
    with importer.units() as ctx:
        discard_import(ctx, import_id=import_id)
    assert (importer.read(import_id).state, importer.rows(import_id)) == ("discarded", [])
    with pytest.raises(Conflict), importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STUDENT, Role.SECRETARY])
def test_only_administrators_import(make_ctx: Callable[..., Context], school: SchoolInfo, role: Role) -> None:
    with pytest.raises(NotAllowed):
        start_import(make_ctx(school, role), filename="a.xlsx", content=b"x")
