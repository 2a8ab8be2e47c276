"""The only place with SQL: connections, tables, and named queries by noun or in rooms; nothing here commits."""
