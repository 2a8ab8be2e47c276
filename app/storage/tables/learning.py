"""What a region's models are, which of them was at work when, and what people said of verdicts."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, SmallInteger, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.tables.base import metadata, moment, region, serial

models = Table(
    "models",
    metadata,
    serial(),
    Column("region_id", SmallInteger, ForeignKey("regions.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("learned", JSONB, nullable=False),
    Column("file", LargeBinary),
    Column("made_by", Text, nullable=False),
    moment("made_at", required=True),
    Column("judgement", JSONB),
    UniqueConstraint("region_id", "name"),
)

model_uses = Table(
    "model_uses",
    metadata,
    serial(),
    Column("region_id", SmallInteger, ForeignKey("regions.id"), nullable=False),
    Column("model_id", BigInteger, ForeignKey("models.id")),
    moment("since", required=True),
    Column("put_by", Text, nullable=False),
    Index("ix_model_uses_region_id", "region_id", "id"),
)

verdict_labels = Table(
    "verdict_labels",
    metadata,
    region(),
    serial(),
    Column("message_id", BigInteger, nullable=False),
    Column("incident_id", BigInteger),
    Column("kind", Text),
    Column("topic", Text),
    Column("urgent", Boolean),
    Column("said_kind", Text),
    Column("said_topic", Text),
    Column("said_urgent", Boolean),
    Column("model", Text),
    Column("role", Text, nullable=False),
    moment("at", required=True),
    Index("ix_verdict_labels_message", "region_id", "message_id", "id"),
    Index("ix_verdict_labels_at", "region_id", "at"),
)
