"""The REST API as a client meets it."""
