"""The ledger of calls, with real workers on one database."""
