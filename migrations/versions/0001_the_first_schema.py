"""the first schema

Revision: 0001, after None
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only';
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("incident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=True),
        sa.Column("bound_by", sa.Text(), nullable=False),
        sa.Column("answer_class", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("region_id", "incident_id", "message_id", name=op.f("pk_answers")),
    )
    op.create_table(
        "call_slots",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("budget", "slot", name=op.f("pk_call_slots")),
    )
    op.create_table(
        "credentials",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_credentials_kind_name")),
    )
    op.create_table(
        "incident_events",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_incident_events")),
    )
    op.create_index("ix_incident_events_incident", "incident_events", ["region_id", "incident_id", "id"], unique=False)
    op.create_table(
        "message_versions",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "message_id", "version", name=op.f("pk_message_versions")),
    )
    op.create_table(
        "messages",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("root_id", sa.Text(), nullable=True),
        sa.Column("reply_to_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=True),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("attachments", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("mentions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("version_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("topic_confidence", sa.Double(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("raw_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("region_id", "month", "id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "region_id",
            "month",
            "source_id",
            "post_id",
            "comment_id",
            name=op.f("uq_messages_region_id_month_source_id_post_id_comment_id"),
        ),
        postgresql_partition_by="RANGE (month)",
    )
    op.create_index("ix_messages_author", "messages", ["source_id", "post_id", "author_id"], unique=False)
    op.create_index("ix_messages_listed", "messages", ["region_id", "id"], unique=False)
    op.create_index("ix_messages_listed_by_source", "messages", ["region_id", "source_id", "id"], unique=False)
    op.create_index("ix_messages_officials", "messages", ["source_id", "post_id"], unique=False, postgresql_where=sa.text("official"))
    op.create_table(
        "operators",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sa.UniqueConstraint("login", name=op.f("uq_operators_login")),
        sa.UniqueConstraint("name", name=op.f("uq_operators_name")),
    )
    op.create_table(
        "raw_payloads",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_raw_payloads")),
    )
    op.create_index("ix_raw_payloads_collected_at", "raw_payloads", ["collected_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "regions",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
        sa.UniqueConstraint("code", name=op.f("uq_regions_code")),
    )
    op.create_table(
        "turns",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("incident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_to_private_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answer_id", sa.BigInteger(), nullable=True),
        sa.Column("first_answer_class", sa.Text(), nullable=True),
        sa.Column("substantive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("substantive_id", sa.BigInteger(), nullable=True),
        sa.Column("substantive_class", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "incident_id", "number", name=op.f("pk_turns")),
    )
    op.create_index("ix_turns_started", "turns", ["region_id", "started_at"], unique=False)
    op.create_table(
        "call_days",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("budget", "method", "day", name=op.f("pk_call_days")),
    )
    op.create_table(
        "metric_samples",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", name=op.f("pk_metric_samples")),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "authorities",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_authorities_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorities")),
        sa.UniqueConstraint("region_id", "name", name=op.f("uq_authorities_region_id_name")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_idempotency_keys_operator_id")),
        sa.PrimaryKeyConstraint("operator_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "policies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Interval(), nullable=False),
        sa.Column("urgent_threshold", sa.Interval(), nullable=False),
        sa.Column("clock_start", sa.Text(), nullable=False),
        sa.Column("ack_stops", sa.Boolean(), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_policies_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("region_id", "name", "version", name=op.f("uq_policies_region_id_name_version")),
    )
    op.create_table(
        "sessions",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("csrf_token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_sessions_operator_id")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sessions")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_address", "sign_in_attempts", ["address", "at"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_tokens_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("sha256", name=op.f("uq_tokens_sha256")),
    )
    op.create_table(
        "incidents",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("post_id", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed("to_tsvector('russian', coalesce(text, ''))", persisted=True), nullable=True
        ),
        sa.Column("authority_id", sa.BigInteger(), nullable=True),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("monitored_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answer_message_id", sa.BigInteger(), nullable=True),
        sa.Column("first_answer_class", sa.Text(), nullable=True),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("queue_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["operators.id"], name=op.f("fk_incidents_assignee_id")),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name=op.f("fk_incidents_authority_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_incidents_policy_id")),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_incidents")),
        sa.UniqueConstraint(
            "region_id", "source_id", "post_id", "author_id", name=op.f("uq_incidents_region_id_source_id_post_id_author_id")
        ),
    )
    op.create_index(
        "ix_incidents_published",
        "incidents",
        ["region_id", sa.literal_column("published_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_incidents_queue", "incidents", ["region_id", sa.literal_column("waiting DESC"), "queue_at", "id"], unique=False)
    op.create_index(
        "ix_incidents_queue_by_assignee",
        "incidents",
        ["region_id", "assignee_id", sa.literal_column("waiting DESC"), "queue_at", "id"],
        unique=False,
        postgresql_where=sa.text("assignee_id IS NOT NULL"),
    )
    op.create_index(
        "ix_incidents_queue_by_authority",
        "incidents",
        ["region_id", "authority_id", sa.literal_column("waiting DESC"), "queue_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_incidents_queue_by_source",
        "incidents",
        ["region_id", "source_id", sa.literal_column("waiting DESC"), "queue_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_incidents_queue_by_status",
        "incidents",
        ["region_id", "status", sa.literal_column("waiting DESC"), "queue_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_incidents_queue_by_topic",
        "incidents",
        ["region_id", "topic", sa.literal_column("waiting DESC"), "queue_at", "id"],
        unique=False,
    )
    op.create_index("ix_incidents_search", "incidents", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_incidents_unmarked",
        "incidents",
        ["queue_at"],
        unique=False,
        postgresql_where=sa.text("waiting AND breached_at IS DISTINCT FROM queue_at"),
    )
    op.create_table(
        "official_accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name=op.f("fk_official_accounts_authority_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_official_accounts_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_accounts")),
        sa.UniqueConstraint(
            "region_id", "network", "external_id", "valid_from", name=op.f("uq_official_accounts_region_id_network_external_id_valid_from")
        ),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("monitored_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name=op.f("fk_sources_authority_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_sources_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("region_id", "network", "external_id", name=op.f("uq_sources_region_id_network_external_id")),
    )
    op.create_table(
        "poll_states",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_worker", sa.Text(), nullable=True),
        sa.Column("lease_generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_poll_states_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_poll_states")),
    )
    op.create_index("ix_poll_states_due", "poll_states", ["next_poll_at"], unique=False)
    op.create_table(
        "threads",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("post_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment_count", sa.Integer(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("last_moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_count_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("covered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_sweep_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_threads_source_id")),
        sa.PrimaryKeyConstraint("region_id", "source_id", "post_id", name=op.f("pk_threads")),
    )
    op.create_index("ix_threads_due", "threads", ["source_id", "next_count_at"], unique=False)
    op.execute("CREATE TABLE messages_before_2024 PARTITION OF messages FOR VALUES FROM (MINVALUE) TO ('2024-01-01')")
    op.execute(APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER incident_events_append_only BEFORE UPDATE OR DELETE ON incident_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_index("ix_threads_due", table_name="threads")
    op.drop_table("threads")
    op.drop_index("ix_poll_states_due", table_name="poll_states")
    op.drop_table("poll_states")
    op.drop_table("sources")
    op.drop_table("official_accounts")
    op.drop_index(
        "ix_incidents_unmarked", table_name="incidents", postgresql_where=sa.text("waiting AND breached_at IS DISTINCT FROM queue_at")
    )
    op.drop_index("ix_incidents_search", table_name="incidents", postgresql_using="gin")
    op.drop_index("ix_incidents_queue_by_topic", table_name="incidents")
    op.drop_index("ix_incidents_queue_by_status", table_name="incidents")
    op.drop_index("ix_incidents_queue_by_source", table_name="incidents")
    op.drop_index("ix_incidents_queue_by_authority", table_name="incidents")
    op.drop_index("ix_incidents_queue_by_assignee", table_name="incidents", postgresql_where=sa.text("assignee_id IS NOT NULL"))
    op.drop_index("ix_incidents_queue", table_name="incidents")
    op.drop_index("ix_incidents_published", table_name="incidents")
    op.drop_table("incidents")
    op.drop_table("tokens")
    op.drop_index("ix_sign_in_attempts_address", table_name="sign_in_attempts")
    op.drop_table("sign_in_attempts")
    op.drop_table("sessions")
    op.drop_table("policies")
    op.drop_table("idempotency_keys")
    op.drop_table("authorities")
    op.drop_table("workers")
    op.drop_table("metric_samples")
    op.drop_table("call_days")
    op.drop_index("ix_turns_started", table_name="turns")
    op.drop_table("turns")
    op.drop_table("regions")
    op.drop_index("ix_raw_payloads_collected_at", table_name="raw_payloads", postgresql_using="brin")
    op.drop_table("raw_payloads")
    op.drop_table("operators")
    op.drop_index("ix_messages_officials", table_name="messages", postgresql_where=sa.text("official"))
    op.drop_index("ix_messages_listed_by_source", table_name="messages")
    op.drop_index("ix_messages_listed", table_name="messages")
    op.drop_index("ix_messages_author", table_name="messages")
    op.drop_table("messages")
    op.drop_table("message_versions")
    op.drop_index("ix_incident_events_incident", table_name="incident_events")
    op.drop_table("incident_events")
    op.drop_table("credentials")
    op.drop_table("call_slots")
    op.drop_table("answers")
    op.execute("DROP FUNCTION refuse_change()")
