"""Calls to the networks: one ledger of every credential's slots, pace, refusals and quota, for all workers."""
