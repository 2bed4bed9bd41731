"""Sealed fields can be opened only in their own place."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault import SealBroken, Vault

VAULT = Vault(bytes(32))


@given(st.text(max_size=40))
def test_a_field_opens_in_its_own_place(text: str) -> None:
    sealed = VAULT.seal_field(1, "id_number", 7, text)
    assert VAULT.open_field(1, "id_number", 7, sealed) == text


@pytest.mark.parametrize(
    ("school", "column", "row"), [(2, "id_number", 7), (1, "mobile", 7), (1, "id_number", 8)]
)
def test_a_field_copied_elsewhere_does_not_open(school: int, column: str, row: int) -> None:
    sealed = VAULT.seal_field(1, "id_number", 7, "11010519491231002X")
    with pytest.raises(SealBroken):
        VAULT.open_field(school, column, row, sealed)


def test_every_changed_byte_is_noticed() -> None:
    sealed = bytearray(VAULT.seal_field(1, "mobile", 7, "13800138000"))
    for position in range(len(sealed)):
        broken = bytearray(sealed)
        broken[position] ^= 1
        with pytest.raises(SealBroken):
            VAULT.open_field(1, "mobile", 7, bytes(broken))


def test_another_key_opens_nothing() -> None:
    sealed = VAULT.seal_blob(1, "roster", b"rows")
    with pytest.raises(SealBroken):
        Vault(os.urandom(32)).open_blob(1, "roster", sealed)
    with pytest.raises(SealBroken):
        VAULT.open_blob(2, "roster", sealed)
    assert VAULT.open_blob(1, "roster", sealed) == b"rows"


def test_the_blind_index_is_the_schools_own() -> None:
    index = VAULT.blind_index(1, "mobile", "13800138000")
    assert index == VAULT.blind_index(1, "mobile", "13800138000")
    assert index != VAULT.blind_index(2, "mobile", "13800138000")
    assert index != VAULT.blind_index(1, "id_number", "13800138000")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"short")
