"""Tests of `app.demo`."""
