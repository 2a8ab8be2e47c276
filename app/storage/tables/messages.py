"""Everything collected: threads, messages by month of their thread, superseded versions, raw payloads.

A message lives in the partition of its *thread's* month, which the `threads` row pins at first sight. So a thread lies
in one partition, looking a message up touches one index however long the history, and a message stays single even when
the network changes its date (a suggested post that is published later).
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.tables.base import metadata, moment, region, serial

threads = Table(
    "threads",
    metadata,
    region(),
    Column("source_id", BigInteger, ForeignKey("sources.id"), primary_key=True, autoincrement=False),
    Column("post_id", Text, primary_key=True),
    Column("month", Date, nullable=False),
    moment("published_at", required=True),
    Column("comment_count", Integer),
    Column("cursor", Text),
    Column("moved", Boolean, nullable=False),
    moment("last_moved_at", required=True),
    moment("next_count_at"),
    moment("covered_at"),
    moment("next_sweep_at"),
    moment("gone_at"),
    Column("changes", BigInteger, nullable=False, server_default=text("1")),
    Column("network", Text, nullable=False),
    moment("counted_until"),
    moment("known_until"),
    Column("own_comments", Double, nullable=False, server_default=text("0")),
    Column("echoes", ARRAY(Double), nullable=False, server_default=text("'{0,0,0}'")),
    Index("ix_threads_count", "region_id", "network", "next_count_at"),
    Index("ix_threads_moved", "source_id", postgresql_where=text("moved AND gone_at IS NULL")),
    Index("ix_threads_sweep", "source_id", "next_sweep_at", postgresql_where=text("gone_at IS NULL")),
)

messages = Table(
    "messages",
    metadata,
    region(),
    Column("month", Date, primary_key=True),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("source_id", BigInteger, nullable=False),
    Column("post_id", Text, nullable=False),
    Column("comment_id", Text, nullable=False),
    Column("root_id", Text),
    Column("reply_to_id", Text),
    Column("url", Text, nullable=False),
    Column("author_id", Text),
    Column("author_name", Text),
    Column("official", Boolean, nullable=False),
    Column("authority_id", BigInteger),
    Column("text", Text),
    Column("attachments", ARRAY(Text), nullable=False),
    Column("mentions", ARRAY(Text), nullable=False),
    moment("published_at", required=True),
    moment("collected_at", required=True),
    moment("edited_at"),
    moment("deleted_at"),
    moment("last_seen_at"),
    Column("version", SmallInteger, nullable=False),
    moment("version_seen_at", required=True),
    Column("kind", Text),
    Column("confidence", Double),
    Column("topic", Text),
    Column("topic_confidence", Double),
    Column("urgent", Boolean, nullable=False),
    Column("model", Text),
    Column("asks", Boolean, nullable=False),
    Column("raw_id", BigInteger),
    UniqueConstraint("region_id", "month", "source_id", "post_id", "comment_id"),
    Index("ix_messages_author", "source_id", "post_id", "author_id"),
    Index("ix_messages_officials", "source_id", "post_id", postgresql_where=text("official")),
    Index("ix_messages_listed", "region_id", "id"),
    Index("ix_messages_listed_by_source", "region_id", "source_id", "id"),
    postgresql_partition_by="RANGE (month)",
)

message_versions = Table(
    "message_versions",
    metadata,
    region(),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", SmallInteger, primary_key=True, autoincrement=False),
    Column("text", Text),
    moment("seen_at", required=True),
    moment("superseded_at", required=True),
)

raw_payloads = Table(
    "raw_payloads",
    metadata,
    region(),
    serial(),
    Column("source_id", BigInteger, nullable=False),
    Column("method", Text, nullable=False),
    moment("collected_at", required=True),
    Column("body", LargeBinary, nullable=False),
    moment("asked_at"),
    Column("request", Text),
    Column("read_whole_at", JSONB),
    Index("ix_raw_payloads_collected_at", "collected_at", postgresql_using="brin"),
)
