"""what is kept of people for a while: marks of what was erased, and since when threads hold words of people

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

NEVER_LOOKED_AT = "1970-01-01T00:00:00Z"
REASON_MAY_GO = """
CREATE FUNCTION refuse_change_of_data() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.data IS DISTINCT FROM OLD.data - 'reason' THEN
        RAISE EXCEPTION 'the event log is append-only: nothing but the words of a reason may be taken out';
    END IF;
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    op.add_column("messages", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    # What is there already is looked at soon; what comes, also by the release before, counts from now on.
    op.execute(f"ALTER TABLE threads ADD COLUMN talk_kept_since timestamptz DEFAULT '{NEVER_LOOKED_AT}'")
    op.execute("ALTER TABLE threads ALTER COLUMN talk_kept_since SET DEFAULT now()")
    op.add_column("threads", sa.Column("asked_kept_since", sa.DateTime(timezone=True), nullable=True))
    for column in ("talk_kept_since", "asked_kept_since"):
        op.create_index(f"ix_threads_{column}", "threads", ["region_id", column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
    op.execute(REASON_MAY_GO)
    op.execute("DROP TRIGGER incident_events_append_only ON incident_events")
    op.execute(
        "CREATE TRIGGER incident_events_append_only BEFORE DELETE OR UPDATE OF region_id, id, incident_id, type, at, recorded_at, actor_id"
        " ON incident_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER incident_events_reason_may_go BEFORE UPDATE OF data ON incident_events"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_data()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER incident_events_reason_may_go ON incident_events")
    op.execute("DROP TRIGGER incident_events_append_only ON incident_events")
    op.execute(
        "CREATE TRIGGER incident_events_append_only BEFORE UPDATE OR DELETE ON incident_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("DROP FUNCTION refuse_change_of_data")
    for column in ("asked_kept_since", "talk_kept_since"):
        op.drop_index(f"ix_threads_{column}", table_name="threads")
        op.drop_column("threads", column)
    op.drop_column("messages", "erased_at")
