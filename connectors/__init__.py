"""Connectors: one folder per network, each behind the contract of `connectors.sdk`."""
