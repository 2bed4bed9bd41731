"""Reading imports: the history, one import, the rows of its preview."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.errors import NotFound
from app.services.imports.pages.read import get_import, list_imports, preview_rows
from app.services.imports.pages.upload import confirm_import, discard_import
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.services.shared.encrypted_fields import MOBILE, unseal
from app.vault import Vault
from tenants.registry import SchoolInfo
from tests.support.app import VAULT_KEY
from tests.support.rosters import (
    Importer,
    plain_rows,
)
from tests.support.teachers import TeacherImporter

VAULT = Vault(VAULT_KEY)


def test_a_changed_row_shows_old_and_new_and_masks_what_is_personal(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    rows[0] |= {"real_name": "赵新名", "mobile": "13900001111", "class_name": "新班级"}
    import_id = importer.check(rows)
    with importer.units() as ctx:
        (row,) = preview_rows(ctx, import_id=import_id, part="change").rows
    shown = {change.label: (change.old, change.new) for change in row.changes}
    assert shown["真实姓名"][1] == "赵新名"
    assert shown["手机号"][1] == "139****1111"
    assert shown["所属班级"][1] == "新班级"
    assert set(shown) == {"真实姓名", "手机号", "所属班级"}
    importer.confirm(import_id)
    user = importer.users()[rows[0]["student_no"]]
    assert (user.real_name, user.name_pinyin) == ("赵新名", "zhaoxinming")
    assert unseal(VAULT, user.school_id, MOBILE, user.id, user.mobile_sealed) == "13900001111"


def test_another_schools_import_is_not_found(
    importer: Importer, importer_for: Callable[[SchoolInfo], Importer], other_school: SchoolInfo
) -> None:
    import_id = importer.check(plain_rows(importer.school))
    stranger = importer_for(other_school)
    for act in (
        lambda ctx: get_import(ctx, import_id=import_id),
        lambda ctx: preview_rows(ctx, import_id=import_id, part="create"),
        lambda ctx: confirm_import(ctx, import_id=import_id),
        lambda ctx: discard_import(ctx, import_id=import_id),
    ):
        with pytest.raises(NotFound), stranger.units() as ctx:
            act(ctx)
    run_check(stranger.units, import_id=import_id)
    run_apply(stranger.units, import_id=import_id)
    assert importer.read(import_id).state == "checked"
    with stranger.units() as ctx:
        assert list_imports(ctx).total == 0


def test_each_kind_has_its_history_latest_first(importer: Importer, teachers: TeacherImporter) -> None:
    ids = [importer.start(b"x") for _ in range(3)]
    other = teachers.send([{"real_name": "王芳"}])
    with importer.units() as ctx:
        assert [found.id for found in list_imports(ctx).rows] == ids[::-1]
        assert list_imports(ctx).total == 3
        assert [found.id for found in list_imports(ctx, kind="teachers").rows] == [other]


def test_each_part_of_a_preview_holds_its_own_rows(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do(rows[:2])
    rows[0]["real_name"] = "赵新名"
    wrong = {**plain_rows(importer.school, 4)[3], "mobile": "1"}
    import_id = importer.check([*rows, wrong])
    with importer.units() as ctx:
        parts = {
            part: [row.row_no for row in preview_rows(ctx, import_id=import_id, part=part).rows]
            for part in ("create", "change", "unchanged", "problem", "held", "kept")
        }
    assert parts == {"create": [4], "change": [2], "unchanged": [3], "problem": [5], "held": [], "kept": []}
