"""three rooms of polling

Walls, counters and threads are claimed apart, each by an index that leads with the network. The network of a state or a
thread is its source's, and filled in by the database, so that the release before this one need not know of it.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FILL_NETWORK = """
CREATE FUNCTION fill_network() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT region_id, network INTO STRICT NEW.region_id, NEW.network FROM sources WHERE id = NEW.source_id;
    RETURN NEW;
END
$$
"""
FILLED = ("poll_states", "threads")


def upgrade() -> None:
    op.add_column("poll_states", sa.Column("region_id", sa.SmallInteger()))
    for table in FILLED:
        op.add_column(table, sa.Column("network", sa.Text()))
    op.execute("UPDATE poll_states p SET region_id = s.region_id, network = s.network FROM sources s WHERE s.id = p.source_id")
    op.execute("UPDATE threads t SET network = s.network FROM sources s WHERE s.id = t.source_id")
    op.alter_column("poll_states", "region_id", nullable=False)
    op.execute(FILL_NETWORK)
    for table in FILLED:
        op.alter_column(table, "network", nullable=False)
        op.execute(f"CREATE TRIGGER fill_network BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fill_network()")
    op.alter_column("poll_states", "next_poll_at", nullable=True)
    op.drop_index("ix_poll_states_due", table_name="poll_states")
    op.create_index("ix_poll_states_due", "poll_states", ["region_id", "network", "next_poll_at"])
    op.execute("UPDATE poll_states SET next_poll_at = NULL WHERE source_id IN (SELECT id FROM sources WHERE paused_reason = 'by_operator')")
    op.add_column("threads", sa.Column("counted_until", sa.DateTime(timezone=True)))
    op.alter_column("threads", "next_count_at", nullable=True)
    op.drop_index("ix_threads_due", table_name="threads")
    op.create_index("ix_threads_count", "threads", ["region_id", "network", "next_count_at"])
    op.create_index("ix_threads_moved", "threads", ["source_id"], postgresql_where=sa.text("moved AND gone_at IS NULL"))
    op.create_index("ix_threads_sweep", "threads", ["source_id", "next_sweep_at"], postgresql_where=sa.text("gone_at IS NULL"))
    op.create_table(
        "reading_states",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("news_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("backlog_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_worker", sa.Text(), nullable=True),
        sa.Column("lease_generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_reading_states_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_reading_states")),
    )
    op.create_index("ix_reading_states_news", "reading_states", ["region_id", "network", "news_at"])
    op.create_index("ix_reading_states_backlog", "reading_states", ["region_id", "network", "backlog_at"])
    op.execute(
        "INSERT INTO reading_states (source_id, region_id, network, news_at, backlog_at)"
        " SELECT id, region_id, network, now(), now() FROM sources WHERE status = 'active'"
    )


def downgrade() -> None:
    op.drop_table("reading_states")
    for index in ("ix_threads_sweep", "ix_threads_moved", "ix_threads_count"):
        op.drop_index(index, table_name="threads")
    op.create_index("ix_threads_due", "threads", ["source_id", "next_count_at"])
    op.execute("UPDATE threads SET next_count_at = last_moved_at WHERE next_count_at IS NULL")
    op.alter_column("threads", "next_count_at", nullable=False)
    op.drop_column("threads", "counted_until")
    op.drop_index("ix_poll_states_due", table_name="poll_states")
    op.create_index("ix_poll_states_due", "poll_states", ["next_poll_at"])
    op.execute("UPDATE poll_states SET next_poll_at = now() WHERE next_poll_at IS NULL")
    op.alter_column("poll_states", "next_poll_at", nullable=False)
    for table in FILLED:
        op.execute(f"DROP TRIGGER fill_network ON {table}")
        op.drop_column(table, "network")
    op.execute("DROP FUNCTION fill_network()")
    op.drop_column("poll_states", "region_id")
