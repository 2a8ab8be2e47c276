"""Who asked to be erased: known by a mark alone, and what went with them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.tables.base import metadata, moment, region, serial

erasures = Table(
    "erasures",
    metadata,
    region(),
    serial(),
    Column("network", Text, nullable=False),
    Column("mark", LargeBinary),
    moment("erased_at", required=True),
    Column("erased_by", BigInteger, ForeignKey("operators.id")),
    moment("lifted_at"),
    Column("counts", JSONB, nullable=False),
    Index("ix_erasures_mark", "region_id", "network", "mark", unique=True, postgresql_where=text("mark IS NOT NULL")),
)
