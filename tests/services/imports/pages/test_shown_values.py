"""A staged value as a person may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.context import Context
from app.services.imports.pages.shown_values import shown_value
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, seal
from app.vault import SealBroken
from tenants.registry import SchoolInfo

USER = 7


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("real_name", None, ""),
        ("real_name", "王芳", "王芳"),
        ("entry_year", 2026, "2026"),
        ("gender", "female", "女"),
        ("gender", "other", "other"),
        ("birth_date", "1949-12-31", "1949****"),
        ("email", "wang@example.cn", "w***@example.cn"),
        ("photo_sha", "a1b2", "✓"),
    ],
)
def test_personal_values_are_masked_and_others_are_shown_as_people_say_them(
    make_ctx: Callable[..., Context], school: SchoolInfo, column: str, value: Any, shown: str
) -> None:
    assert shown_value(make_ctx(school), column, USER, value) == shown


def test_a_long_introduction_is_cut_to_a_line(make_ctx: Callable[..., Context], school: SchoolInfo) -> None:
    shown = shown_value(make_ctx(school), "bio", USER, "长" * 500)
    assert shown.startswith("长")
    assert len(shown) < 100


def test_a_sealed_value_is_opened_for_its_account_only_and_masked(
    make_ctx: Callable[..., Context], school: SchoolInfo
) -> None:
    ctx = make_ctx(school)
    for field, text, shown in (
        (ID_NUMBER, "11010519491231002X", "110105********002X"),
        (MOBILE, "13800138000", "138****8000"),
    ):
        sealed, _index = seal(ctx.vault, school.id, field, USER, text)
        staged = "\\x" + sealed.hex()
        assert shown_value(ctx, f"{field}_sealed", USER, staged) == shown
        with pytest.raises(SealBroken):
            shown_value(ctx, f"{field}_sealed", USER + 1, staged)
