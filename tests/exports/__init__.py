"""Tests of `app.exports`."""
