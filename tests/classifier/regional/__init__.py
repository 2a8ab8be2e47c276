"""Mirrors app/classifier/regional."""
