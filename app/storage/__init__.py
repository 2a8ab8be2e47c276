"""The only place with SQL: engine, embedded PostgreSQL, tables, and named queries by noun; nothing here commits."""
