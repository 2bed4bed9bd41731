"""A value that is taken meanwhile: what the database refuses, in the words of the use case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError

from app.context import Context
from app.errors import DomainError


@contextmanager
def unique(ctx: Context, refusals: Mapping[str, DomainError]) -> Iterator[None]:
    """Write inside a savepoint, so that a value which another row holds becomes a refusal.

    Checking beforehand gives the better message, but two transactions can both have checked. What may be refused is
    set inside the block: a savepoint begins with a flush.

    Args:
        refusals: what is raised, by the name of the unique constraint or index.

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
