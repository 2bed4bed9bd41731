"""Unique constraints as refusals: the database's error becomes the error of the use case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError

from app.context import Context
from app.errors import DomainError


@contextmanager
def unique(ctx: Context, refusals: Mapping[str, DomainError]) -> Iterator[None]:
    """Write inside a savepoint, and turn a violation of a unique constraint into a refusal.

    A check beforehand gives the better message, but two transactions can both pass it. Set the values that may be
    refused inside the block: a savepoint begins with a flush.

    Args:
        refusals: the error to raise, by the name of the unique constraint or index.

    Raises:
        DomainError: the refusal of the constraint; any other error of the database stays as it is.
    """
    try:
        with ctx.session.begin_nested():
            yield
            ctx.session.flush()
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            refusal = refusals.get(error.orig.diag.constraint_name or "")
            if refusal is not None:
                raise refusal from error
        raise
