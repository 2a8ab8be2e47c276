"""The embedded PostgreSQL: its start, its end, and what stands in its way."""
