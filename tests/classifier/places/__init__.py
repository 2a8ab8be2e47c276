"""Mirrors app/classifier/places."""
