"""Password hashes, and random passwords for one use."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.rules.auth.chosen_password import LONGEST

#: argon2id with the parameters of OWASP's password storage sheet: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

#: 32 characters that are not mistaken for each other on paper; twelve of them hold 60 bits.
_ONE_TIME_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ONE_TIME_LENGTH = 12


def hash_password(password: str) -> str:
    """Return the argon2id hash under which a password is stored."""
    return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Return whether the password matches the hash; without a hash the answer is no and takes as long."""
    try:
        right = _HASHER.verify(stored or _nobodys_hash(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def needs_rehash(stored: str) -> bool:
    """Return whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def make_one_time_password() -> str:
    """Return a random first password, for accounts whose holder gets it on paper or by voice: ``7KQM-X2HV-9RTA``."""
    drawn = "".join(secrets.choice(_ONE_TIME_CHARACTERS) for _ in range(_ONE_TIME_LENGTH))
    return "-".join(drawn[start : start + 4] for start in range(0, _ONE_TIME_LENGTH, 4))


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex())
