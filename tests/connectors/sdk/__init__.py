"""Tests of what every connector builds on."""
