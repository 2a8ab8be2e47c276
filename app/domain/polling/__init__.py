"""When to look again: how polls, counters and sweeps are planned by what is published."""
