"""The planner: intervals, rhythms, prices and spreads, without any database."""
