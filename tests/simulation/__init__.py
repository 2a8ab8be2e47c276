"""Polling plans over traces."""
