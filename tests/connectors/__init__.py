"""Tests of the networks' connectors and of what they share."""
