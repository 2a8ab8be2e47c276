"""Kept answers taken in once more: a second schema, what it is fed with, and what came out otherwise."""
