"""Imports that nobody works on are found again."""

from __future__ import annotations

from collections.abc import Callable

from app.jobs import JobName
from app.services.imports.pages.upload import confirm_import
from app.services.imports.run.check import run_check
from app.services.imports.shared.sweep import sweep_imports
from tenants.registry import SchoolInfo
from tests.support.app import Sent
from tests.support.rosters import (
    Importer,
    job_in_outbox,
    let_the_lease_run_out,
    plain_rows,
    sheet_of,
)


def test_the_sweep_sends_what_nobody_works_on_once(importer: Importer, sent: Sent) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    sent.clear()

    def sweep() -> list[int | str]:
        sweep_imports(units_for=_units_of(importer))
        mine = [payload["import_id"] for name, school, payload in sent if school == importer.school.id]
        sent.clear()
        return mine

    assert sweep() == []
    let_the_lease_run_out(importer, import_id)
    assert sweep() == [import_id]
    assert sweep() == []
    run_check(importer.units, import_id=import_id)
    assert job_in_outbox(importer, import_id) is None
    with importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)
    assert job_in_outbox(importer, import_id) == JobName.APPLY_IMPORT


def _units_of(importer: Importer) -> Callable[[SchoolInfo], object]:
    def units_for(school: SchoolInfo) -> object:
        return Importer(school, importer.units.enqueue).units  # type: ignore[arg-type]

    return units_for
