"""Tests of what emulated networks are made of."""
