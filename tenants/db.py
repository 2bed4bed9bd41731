"""The database handle and the base classes of all tables.

The only session that can be imported from here is guarded (``tenants.guard``).
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
    """The base of all tables; it fixes the names of constraints so that migrations can refer to them."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class SchoolScoped:
    """The mixin of tables whose rows belong to a school.

    The primary key, the unique constraints and the foreign keys of such a table begin with ``school_id``. Row-level
    security does not check foreign keys, so a plain one would accept a parent row of another school.
    """

    #: The column that must hold the acting school's id when a row is written.
    writer_column: ClassVar[str] = "school_id"

    school_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("schools.id"), primary_key=True, sort_order=-2
    )

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Return the condition on rows that a session of the school may read; shared tables override it."""
        return cast("ColumnElement[bool]", cls.school_id == school_id)


class GuardedSession(FlaskSession):
    """A guarded session (``tenants.guard``) that belongs to one school for its whole life (``tenants.scope``)."""

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Any = None, **kw: Any
    ) -> Engine | Connection:
        """Return the bind; a session from ``sibling_scope`` uses the first session's connection and transaction."""
        joined = self.info.get("joined_connection")
        if isinstance(joined, Connection):
            return joined
        return super().get_bind(mapper, clause, bind, **kw)


db = SQLAlchemy(
    metadata=MetaData(naming_convention=NAMING_CONVENTION),
    session_options={"class_": GuardedSession, "autoflush": True, "expire_on_commit": False},
    disable_autonaming=True,
)
