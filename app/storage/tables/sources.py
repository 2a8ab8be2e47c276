"""What is watched and with what keys: regions, authorities, sources, their poll state and leases, credentials, workers."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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
    UniqueConstraint("region_id", "network", "external_id"),
)

poll_states = Table(
    "poll_states",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id"), primary_key=True),
    moment("next_poll_at", required=True),
    Column("cursor", Text),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text),
    moment("last_error_at"),
    moment("last_polled_at"),
    moment("last_success_at"),
    Column("lease_worker", Text),
    Column("lease_generation", Integer, nullable=False, server_default=text("0")),
    moment("lease_until"),
    Index("ix_poll_states_due", "next_poll_at"),
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
)
