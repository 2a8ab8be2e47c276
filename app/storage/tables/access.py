"""Who may come in: operators, their tokens and console sessions (hashed), answers kept for repeated requests, and who took what away."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
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

operators = Table(
    "operators",
    metadata,
    serial(),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("login", Text),
    Column("password_hash", Text),
    moment("created_at", required=True),
    moment("disabled_at"),
    UniqueConstraint("name"),
    UniqueConstraint("login"),
)

tokens = Table(
    "tokens",
    metadata,
    serial(),
    Column("operator_id", BigInteger, ForeignKey("operators.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    moment("created_at", required=True),
    moment("last_used_at"),
    moment("revoked_at"),
    UniqueConstraint("sha256"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("operator_id", BigInteger, ForeignKey("operators.id"), nullable=False),
    Column("csrf_token", Text, nullable=False),
    moment("created_at", required=True),
    moment("expires_at", required=True),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    serial(),
    Column("login", Text, nullable=False),
    Column("address", Text, nullable=False),
    moment("at", required=True),
    Index("ix_sign_in_attempts_address", "address", "at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("operator_id", BigInteger, ForeignKey("operators.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", JSONB, nullable=False),
    moment("created_at", required=True),
)

exports = Table(
    "exports",
    metadata,
    serial(),
    Column("region_id", SmallInteger, ForeignKey("regions.id"), nullable=False),
    Column("operator_id", BigInteger, ForeignKey("operators.id"), nullable=False),
    Column("what", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("layout", Text),
    Column("with_authors", Boolean, nullable=False),
    Column("filters", JSONB, nullable=False),
    moment("began_at", required=True),
    moment("ended_at"),
    Column("rows", Integer, nullable=False, server_default=text("0")),
    Column("completed", Boolean, nullable=False, server_default=text("false")),
    Index("ix_exports_listed", "region_id", "id"),
)
