"""The outbox: texts that operators wrote for workers to publish; and texts that are kept ready for them."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text

from app.storage.tables.base import metadata, moment, region, serial

replies = Table(
    "replies",
    metadata,
    region(),
    serial(),
    Column("key", Uuid, nullable=False, server_default=text("gen_random_uuid()")),
    Column("incident_id", BigInteger, nullable=False),
    Column("month", Date, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger, ForeignKey("operators.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    moment("written_at", required=True),
    moment("retry_at"),
    moment("tried_at"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    moment("lease_until"),
    moment("settled_at"),
    Column("comment_id", Text),
    Column("url", Text),
    Column("error", Text),
    Index("ix_replies_incident", "region_id", "incident_id", "id"),
    Index("ix_replies_open", "region_id", "state", "id", postgresql_where=text("state IN ('queued', 'sending', 'unknown')")),
)

ready_texts = Table(
    "ready_texts",
    metadata,
    region(),
    serial(),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("topic", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    moment("changed_at", required=True),
    Column("changed_by", BigInteger, ForeignKey("operators.id"), nullable=False),
    Index("uq_ready_texts_title", "region_id", text("lower(title)"), unique=True),
)
