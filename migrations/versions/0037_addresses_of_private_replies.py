"""takes the addresses of private replies, which name the person, out of the log and of dialogues that were erased

Revision: 0037, after 0036
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

GUARD = "ALTER TABLE incident_events {} TRIGGER incident_events_reason_may_go"


def upgrade() -> None:
    # Few have ever been written in private, and all of them stand in the outbox: the log is looked into for these alone.
    op.execute(GUARD.format("DISABLE"))
    op.execute(
        "UPDATE incident_events e SET data = e.data - 'url' FROM replies r JOIN incidents i ON i.region_id = r.region_id"
        " AND i.id = r.incident_id WHERE starts_with(i.post_id, 'direct:') AND r.url IS NOT NULL AND e.region_id = r.region_id"
        " AND e.incident_id = r.incident_id AND e.type = 'reply_sent' AND e.data ? 'url'"
    )
    op.execute(GUARD.format("ENABLE"))
    op.execute(
        "UPDATE replies r SET url = NULL FROM incidents i WHERE i.region_id = r.region_id AND i.id = r.incident_id"
        " AND starts_with(i.post_id, 'direct:~')"
    )
    # Dialogues in which only the page ever wrote kept the person's name for good: they are looked at once more.
    op.execute(
        "UPDATE threads SET talk_kept_since = '1970-01-01T00:00:00Z' WHERE starts_with(post_id, 'direct:')"
        " AND NOT starts_with(post_id, 'direct:~') AND talk_kept_since IS NULL AND asked_kept_since IS NULL"
    )


def downgrade() -> None:
    pass  # what was taken out is not known any more
