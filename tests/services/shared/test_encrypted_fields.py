"""The sealed columns of an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.models import User
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, open_id_number, open_mobile, seal, unseal
from app.vault import SealBroken, Vault
from tenants.registry import SchoolInfo
from tests.support.accounts import seal_into
from tests.support.app import VAULT_KEY
from tests.support.rows import row_of


def test_sealed_columns_have_the_names_that_login_reads() -> None:
    assert (ID_NUMBER, MOBILE) == ("id_number", "mobile")


def test_a_value_opens_for_its_account_and_is_found_by_its_index(
    make_ctx: Callable[..., Context], school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user, other = make_user(school), make_user(school)
    seal_into(school, user, mobile="13800138000", id_number="11010519491231002X")
    ctx = make_ctx(school)
    stored = row_of(school, user)
    assert (open_mobile(ctx, stored), open_id_number(ctx, stored)) == ("13800138000", "11010519491231002X")
    assert stored.mobile_index == ctx.vault.blind_index(school.id, MOBILE, "13800138000")
    assert open_mobile(ctx, row_of(school, other)) is None


def test_a_value_that_was_copied_to_another_account_or_field_does_not_open() -> None:
    vault = Vault(VAULT_KEY)
    sealed, _index = seal(vault, 1, MOBILE, 7, "13800138000")
    assert unseal(vault, 1, MOBILE, 7, sealed) == "13800138000"
    assert unseal(vault, 1, MOBILE, 7, None) is None
    for school_id, field, user_id in ((1, MOBILE, 8), (1, ID_NUMBER, 7), (2, MOBILE, 7)):
        with pytest.raises(SealBroken):
            unseal(vault, school_id, field, user_id, sealed)
