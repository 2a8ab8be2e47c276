"""Schema migrations; each runs in one transaction and works with the release before it."""
