"""Tests of `app/classifier`."""
