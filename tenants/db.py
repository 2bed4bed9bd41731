"""The database handle and the base classes of every table.

The only session that anyone can import from here is already guarded (``tenants.guard``).
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class SchoolScoped:
    """Mixin of every table whose rows belong to one school.

    The primary key of such a table begins with ``school_id``; so do its unique constraints and foreign keys
    (row-level security does not check foreign keys, so a plain one would accept another school's parent).
    """

    #: The column that must hold the acting school's id when a row is written.
    writer_column: ClassVar[str] = "school_id"

    school_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("schools.id"), primary_key=True, sort_order=-2
    )

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """The rows that a session of this school may read; shared tables widen it."""
        return cast("ColumnElement[bool]", cls.school_id == school_id)


class GuardedSession(FlaskSession):
    """The session of the product: one school for its whole life (``tenants.scope``), guarded (``tenants.guard``)."""

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Any = None, **kw: Any
    ) -> Engine | Connection:
        """A session opened by ``sibling_scope`` stays on its elder's connection, inside the same transaction."""
        joined = self.info.get("joined_connection")
        if isinstance(joined, Connection):
            return joined
        return super().get_bind(mapper, clause, bind, **kw)


db = SQLAlchemy(
    metadata=MetaData(naming_convention=NAMING_CONVENTION),
    session_options={"class_": GuardedSession, "autoflush": True, "expire_on_commit": False},
    disable_autonaming=True,
)
