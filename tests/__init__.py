"""Tests: a mirror of `app/` and `connectors/`."""
