"""Which use case runs how often, and what the runs share."""
