"""The outbox: texts that operators wrote for workers to publish."""

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
