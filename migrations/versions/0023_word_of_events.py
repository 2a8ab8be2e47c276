"""readers of the log are told when something is recorded

Revision: 0023, after 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TELL = """
CREATE FUNCTION tell_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('otklik_events', '');
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.execute(TELL)
    op.execute("CREATE TRIGGER incident_events_told AFTER INSERT ON incident_events FOR EACH STATEMENT EXECUTE FUNCTION tell_of_events()")


def downgrade() -> None:
    op.execute("DROP TRIGGER incident_events_told ON incident_events")
    op.execute("DROP FUNCTION tell_of_events")
