"""Hashes of passwords, and passwords that are handed out."""

from __future__ import annotations

from argon2 import PasswordHasher

from app.services.shared.password_hashes import (
    hash_password,
    make_one_time_password,
    needs_rehash,
    verify_password,
)


def test_one_time_passwords_are_random_and_readable() -> None:
    made = {make_one_time_password() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 14 and not set("01OI") & set(one) for one in made)


def test_no_hash_fits_no_password() -> None:
    assert not verify_password(None, "")
    assert not verify_password("not a hash", "123456")


def test_a_hash_fits_its_password_only_and_says_when_it_is_old() -> None:
    stored = hash_password("correct-horse-battery")
    assert verify_password(stored, "correct-horse-battery")
    assert not verify_password(stored, "correct-horse-batter")
    assert not needs_rehash(stored)
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
