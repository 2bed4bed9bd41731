"""Keys and ciphers that protect personal data in a stolen dump.

A key for each purpose is derived from a master key outside the database (HKDF-SHA256, RFC 5869). Fields are sealed
with AES-SIV (RFC 5297) and bound to school, column and row, so that a ciphertext that is copied to another row or
school cannot be opened; exact search uses a keyed blind index.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: The version of the key, first byte of every ciphertext, so that keys can change while old data stay readable.
KEY_VERSION = b"\x01"
_NONCE_BYTES = 12


class SealBroken(Exception):
    """Raised when a ciphertext cannot be opened: it is damaged, copied from elsewhere, or sealed with another key."""


class Vault:
    """The cipher that seals and opens personal data.

    Args:
        master_key: at least 32 random bytes.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) < 32:
            raise ValueError("the vault key needs at least 32 bytes")
        self._siv = AESSIV(_derive(master_key, b"field", 64))
        self._gcm = AESGCM(_derive(master_key, b"blob", 32))
        self._index_key = _derive(master_key, b"index", 32)
        self._audit_key = _derive(master_key, b"audit", 32)
        self._audit_row_key = _derive(master_key, b"audit row", 32)
        self._calendar_key = _derive(master_key, b"calendar", 32)

    def seal_field(self, school_id: int, column: str, row_id: int, text: str) -> bytes:
        """Encrypt a short value for a column of a row."""
        location = f"{school_id}|{column}|{row_id}".encode()
        return KEY_VERSION + self._siv.encrypt(text.encode(), [location])

    def open_field(self, school_id: int, column: str, row_id: int, sealed: bytes) -> str:
        """Decrypt a result of ``seal_field``.

        Raises:
            SealBroken: the value belongs to another column or row, or is damaged.
        """
        location = f"{school_id}|{column}|{row_id}".encode()
        try:
            return self._siv.decrypt(_body(sealed), [location]).decode()
        except InvalidTag as error:
            raise SealBroken(column) from error

    def blind_index(self, school_id: int, column: str, text: str) -> bytes:
        """Return a keyed fingerprint (32 bytes) for exact search of a normalised value within a school."""
        return hmac.digest(self._index_key, f"{school_id}|{column}|{text}".encode(), "sha256")

    def seal_blob(self, school_id: int, kind: str, content: bytes) -> bytes:
        """Encrypt a file or a batch of raw cells for a school."""
        nonce = os.urandom(_NONCE_BYTES)
        return KEY_VERSION + nonce + self._gcm.encrypt(nonce, content, f"{school_id}|{kind}".encode())

    def open_blob(self, school_id: int, kind: str, sealed: bytes) -> bytes:
        """Decrypt a result of ``seal_blob``.

        Raises:
            SealBroken: the blob belongs to another school or kind, or is damaged.
        """
        body = _body(sealed)
        try:
            return self._gcm.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], f"{school_id}|{kind}".encode())
        except InvalidTag as error:
            raise SealBroken(kind) from error

    def calendar_key(self, school_id: int, user_id: int, epoch: int) -> str:
        """Return the secret part (160 bits) of the address of a person's calendar, which changes with the epoch."""
        digest = hmac.digest(self._calendar_key, f"{school_id}|{user_id}|{epoch}".encode(), "sha256")
        return base64.b32encode(digest[:20]).decode().lower()

    def seal_audit_row(self, text: bytes) -> bytes:
        """Return the digest (32 bytes) of an audit row itself."""
        return hmac.digest(self._audit_row_key, text, "sha256")

    def chain(self, previous: bytes, entry: bytes) -> bytes:
        """Return the next link (32 bytes) of a school's audit chain; ``previous`` is empty for the first one."""
        return hmac.digest(self._audit_key, hashlib.sha256(entry).digest() + previous, "sha256")


def _derive(master_key: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=b"spoc", info=purpose).derive(master_key)


def _body(sealed: bytes) -> bytes:
    if sealed[:1] != KEY_VERSION:
        raise SealBroken("unknown key version")
    return sealed[1:]
