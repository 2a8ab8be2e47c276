"""What is watched and with what keys: regions, authorities, sources, their poll state and leases, credentials, workers."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
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

from app.storage.tables.base import metadata, moment, serial

regions = Table(
    "regions",
    metadata,
    Column("id", SmallInteger, Identity(), primary_key=True),
    Column("code", Text, nullable=False, unique=True),
)

taxonomies = Table(
    "taxonomies",
    metadata,
    Column("region_id", SmallInteger, ForeignKey("regions.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", JSONB, nullable=False),
    Column("titles", JSONB, nullable=False),
    moment("changed_at", required=True),
    Column("changed_by", BigInteger, ForeignKey("operators.id")),
)

authorities = Table(
    "authorities",
    metadata,
    serial(),
    Column("region_id", SmallInteger, ForeignKey("regions.id"), nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("region_id", "name"),
)

official_accounts = Table(
    "official_accounts",
    metadata,
    serial(),
    Column("region_id", SmallInteger, ForeignKey("regions.id"), nullable=False),
    Column("network", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("authority_id", BigInteger, ForeignKey("authorities.id")),
    moment("valid_from", required=True),
    moment("valid_to"),
    moment("created_at", required=True),
    UniqueConstraint("region_id", "network", "external_id", "valid_from"),
)

sources = Table(
    "sources",
    metadata,
    serial(),
    Column("region_id", SmallInteger, ForeignKey("regions.id"), nullable=False),
    Column("network", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("official", Boolean, nullable=False),
    Column("authority_id", BigInteger, ForeignKey("authorities.id")),
    Column("territory_id", BigInteger),
    Column("status", Text, nullable=False),
    Column("paused_reason", Text),
    moment("monitored_since", required=True),
    moment("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("weight", Double, nullable=False, server_default=text("1")),
    Column("test", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("region_id", "network", "external_id"),
    Index("ix_sources_test", "region_id", postgresql_where=text("test")),
)

poll_states = Table(
    "poll_states",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id"), primary_key=True),
    Column("region_id", SmallInteger, nullable=False),
    Column("network", Text, nullable=False),
    moment("next_poll_at"),
    Column("cursor", Text),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text),
    moment("last_error_at"),
    moment("last_polled_at"),
    moment("last_success_at"),
    Column("lease_worker", Text),
    Column("lease_generation", Integer, nullable=False, server_default=text("0")),
    moment("lease_until"),
    moment("known_until"),
    Column("messages", Double, nullable=False, server_default=text("0")),
    Column("exposure", Double, nullable=False, server_default=text("0")),
    Column("echoes", ARRAY(Double), nullable=False, server_default=text("'{0,0,0}'")),
    Column("rate", Double),
    Column("planned_price", Double),
    moment("last_found_at"),
    moment("first_success_at"),
    Index("ix_poll_states_due", "region_id", "network", "next_poll_at"),
)

poll_plans = Table(
    "poll_plans",
    metadata,
    Column("region_id", SmallInteger, ForeignKey("regions.id"), primary_key=True, autoincrement=False),
    Column("network", Text, primary_key=True),
    Column("counts", ARRAY(Double), nullable=False),
    Column("expected", ARRAY(Double), nullable=False),
    Column("echoes", ARRAY(Double), nullable=False),
    Column("parents", Double, nullable=False),
    Column("messages", Double, nullable=False),
    Column("guessed", Double, nullable=False),
    Column("spread", ARRAY(Double), nullable=False, server_default=text("array_fill(0::float8, ARRAY[20])")),
    moment("taught_at", required=True),
    Column("price", Double, nullable=False),
    moment("priced_at", required=True),
    Column("calls", Integer, nullable=False),
    Column("wanted", Double, nullable=False, server_default=text("0")),
)

poll_spells = Table(
    "poll_spells",
    metadata,
    Column("region_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("network", Text, primary_key=True),
    Column("began_at", DateTime(timezone=True), primary_key=True),
    moment("ended_at", required=True),
    Column("price", Double, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("wanted", Double, nullable=False),
)

thread_plans = Table(
    "thread_plans",
    metadata,
    Column("region_id", SmallInteger, ForeignKey("regions.id"), primary_key=True, autoincrement=False),
    Column("network", Text, primary_key=True),
    Column("counts", ARRAY(Double), nullable=False),
    Column("expected", ARRAY(Double), nullable=False),
    Column("echoes", ARRAY(Double), nullable=False),
    Column("parents", Double, nullable=False),
    Column("comments", Double, nullable=False),
    Column("threads", Double, nullable=False),
    moment("taught_at", required=True),
    Column("price", Double, nullable=False),
    moment("priced_at", required=True),
    Column("looks", Integer, nullable=False),
)

reading_states = Table(
    "reading_states",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id"), primary_key=True),
    Column("region_id", SmallInteger, nullable=False),
    Column("network", Text, nullable=False),
    moment("news_at"),
    moment("backlog_at"),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text),
    moment("last_error_at"),
    Column("lease_worker", Text),
    Column("lease_generation", Integer, nullable=False, server_default=text("0")),
    moment("lease_until"),
    Index("ix_reading_states_news", "region_id", "network", "news_at"),
    Index("ix_reading_states_backlog", "region_id", "network", "backlog_at"),
)

credentials = Table(
    "credentials",
    metadata,
    serial(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    moment("created_at", required=True),
    moment("disabled_at"),
    Column("disabled_reason", Text),
    UniqueConstraint("kind", "name"),
)

metric_samples = Table(
    "metric_samples",
    metadata,
    Column("name", Text, primary_key=True),
    Column("labels", Text, primary_key=True),
    Column("family", Text, nullable=False),
    Column("value", Double, nullable=False),
)

network_probes = Table(
    "network_probes",
    metadata,
    Column("network", Text, primary_key=True),
    Column("capability", Text, primary_key=True),
    Column("result", Text, nullable=False),
    moment("probed_at", required=True),
)

workers = Table(
    "workers",
    metadata,
    Column("name", Text, primary_key=True),
    moment("started_at", required=True),
    moment("beat_at", required=True),
    moment("refused_at"),
)
