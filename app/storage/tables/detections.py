"""How soon messages are seen, and the alarms of pages."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.tables.base import metadata, moment, region, serial

detections = Table(
    "detections",
    metadata,
    region(),
    serial(),
    Column("source_id", BigInteger, nullable=False),
    moment("due_at", required=True),
    moment("asked_at", required=True),
    moment("received_at", required=True),
    moment("judged_at", required=True),
    moment("stored_at", required=True),
    Column("published", ARRAY(DateTime(timezone=True)), nullable=False),
    Index("ix_detections_stored_at", "region_id", "stored_at"),
)

alarms = Table(
    "alarms",
    metadata,
    region(),
    serial(),
    Column("source_id", BigInteger, ForeignKey("sources.id"), nullable=False),
    Column("kind", Text, nullable=False),
    moment("began_at", required=True),
    moment("ended_at"),
    Column("detail", JSONB, nullable=False),
    Index("ix_alarms_open", "source_id", "kind", unique=True, postgresql_where=text("ended_at IS NULL")),
)
