"""Column types that several tables share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, DateTime, Identity, func
from sqlalchemy.orm import mapped_column

#: The second column of a scoped table's primary key; the first is ``school_id``.
RowId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-1)]

#: The time at which a row is inserted, by the database's clock.
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]

Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
