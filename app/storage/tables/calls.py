"""Calls to the networks: the places, paces and counts of every credential, and what the networks have refused them.

`budget` names a credential without revealing it (a digest of its secret); a network's own name stands for all of its credentials.
"""

from sqlalchemy import Column, Date, Double, Integer, SmallInteger, Table, Text

from app.storage.tables.base import metadata, moment

call_budgets = Table(
    "call_budgets",
    metadata,
    Column("budget", Text, primary_key=True),
    Column("network", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("per_second", Integer, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("rest_seconds", Double, nullable=False),
    Column("lowered_to", Double),
    moment("lowered_at"),
    moment("seen_at", required=True),
)

call_slots = Table(
    "call_slots",
    metadata,
    Column("budget", Text, primary_key=True),
    Column("slot", SmallInteger, primary_key=True, autoincrement=False),
    moment("free_at", required=True),
    Column("holder", Text),
)

call_counts = Table(
    "call_counts",
    metadata,
    Column("budget", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    moment("began_at", required=True, primary_key=True),
    Column("calls", Integer, nullable=False),
)

call_blocks = Table(
    "call_blocks",
    metadata,
    Column("budget", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    moment("since", required=True),
    moment("until"),
    Column("refusals", Integer, nullable=False),
    Column("error", Text, nullable=False),
    moment("probed_until"),
)

call_limits = Table(
    "call_limits",
    metadata,
    Column("budget", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("calls", Integer, nullable=False),
    moment("learnt_at", required=True),
)

call_days = Table(
    "call_days",
    metadata,
    Column("budget", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("calls", Integer, nullable=False),
)
"""Where the release before counted; kept so that it can go on beside this one."""
