"""What networks push to us: the channel of each source, and the inbox of events that wait to be taken in."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from app.storage.tables.base import metadata, moment, serial

push_channels = Table(
    "push_channels",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id"), primary_key=True, autoincrement=False),
    Column("mode", Text, nullable=False),
    Column("secret", LargeBinary),
    Column("confirmation", Text),
    Column("server", Text),
    Column("direct_messages", Boolean, nullable=False),
    moment("since", required=True),
    moment("last_event_at"),
    Column("missed", Integer, nullable=False, server_default=text("0")),
    moment("missed_at"),
    Column("cursor", Text),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text),
    moment("next_receive_at", required=True),
    Column("lease_worker", Text),
    Column("lease_generation", Integer, nullable=False, server_default=text("0")),
    moment("lease_until"),
    Column("intake_generation", Integer, nullable=False, server_default=text("0")),
    moment("intake_until"),
)

pushed_events = Table(
    "pushed_events",
    metadata,
    serial(),
    Column("source_id", BigInteger, ForeignKey("sources.id"), nullable=False),
    Column("event_id", Text, nullable=False),
    moment("received_at", required=True),
    Column("retries", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    moment("taken_at"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("trouble", Text),
    UniqueConstraint("source_id", "event_id"),
    Index("ix_pushed_events_waiting", "source_id", "id", postgresql_where=text("taken_at IS NULL")),
    Index("ix_pushed_events_taken", "taken_at", postgresql_where=text("taken_at IS NOT NULL")),
)
