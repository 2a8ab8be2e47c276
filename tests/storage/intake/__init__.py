"""New messages, stored and read again in one trip."""
