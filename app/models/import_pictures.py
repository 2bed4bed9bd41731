"""Pictures that came with a roster, until they belong to people."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKeyConstraint, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, SchoolScoped


class RosterImportPictures(SchoolScoped, Base):
    """The .zip that was sent along with a roster, sealed; kept until the import is over."""

    __tablename__ = "roster_import_pictures"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "import_id"],
            ["roster_imports.school_id", "roster_imports.id"],
            name="fk_roster_import_pictures_import",
            ondelete="CASCADE",
        ),
    )

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RosterImportPhoto(SchoolScoped, Base):
    """The picture of a staged row, made anew; ``before`` is what the person had, for an undo."""

    __tablename__ = "roster_import_photos"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "import_id", "row_no"],
            ["roster_import_rows.school_id", "roster_import_rows.import_id", "roster_import_rows.row_no"],
            name="fk_roster_import_photos_row",
            ondelete="CASCADE",
        ),
    )

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    row_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    before: Mapped[bytes | None] = mapped_column(LargeBinary)
