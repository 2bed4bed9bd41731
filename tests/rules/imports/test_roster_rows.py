"""The problems of a row of any roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import msg
from app.rules.imports.roster_rows import problems_of_row
from app.rules.shared.cells import Cell
from app.rules.shared.masking import mask_mobile
from app.rules.shared.problems import Problem

COLUMNS = {"code": "编号", "name": "姓名", "mobile": "手机号"}


@dataclass(frozen=True)
class Row:
    """A row as a sheet gives it."""

    row_no: int
    cells: Mapping[str, Cell]


def test_problems_follow_the_columns_under_the_headers_as_written_and_show_the_cell() -> None:
    row = Row(7, {"mobile": 13800138000.0, "code": 1.5})
    wrong = {"mobile": msg("不对"), "name": msg("不能为空"), "code": msg("应为文字")}
    found = problems_of_row(
        row, wrong, columns=COLUMNS, labels={"mobile": "联系电话"}, masks={"mobile": mask_mobile}
    )
    assert found == (
        Problem(7, "编号", msg("应为文字"), "1.5"),
        Problem(7, "姓名", msg("不能为空"), ""),
        Problem(7, "联系电话", msg("不对"), "138****8000"),
    )


def test_a_long_cell_is_cut_and_a_right_row_has_no_problems() -> None:
    row = Row(7, {"code": "长" * 500})
    (problem,) = problems_of_row(row, {"code": msg("太长")}, columns=COLUMNS, labels={}, masks={})
    assert len(problem.shown) < 100
    assert problems_of_row(row, {}, columns=COLUMNS, labels={}, masks={}) == ()
