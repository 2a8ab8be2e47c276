"""What logs must never hold, and never do."""

import io
import logging
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import structlog

from app.telemetry.logs import configure_logs

FULL = Path("/dev/full")
"""A device that has no room for anything."""


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_values(monkeypatch: pytest.MonkeyPatch, log_format: str) -> None:
    stream, secret = io.StringIO(), "-".join(["very", "secret"])
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs(log_format)
    try:
        _fail_with(secret)
    except RuntimeError:
        structlog.get_logger("test").exception("job failing")
    finally:
        structlog.reset_defaults()

    assert "job failing" in stream.getvalue()
    assert "very-secret" not in stream.getvalue()


def test_a_line_that_cannot_be_written_is_lost_and_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    went_on = False
    with suppress(OSError), FULL.open("w") as full:  # closing it fails once more
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        monkeypatch.setattr(sys, "stderr", full)
        configure_logs("json")
        try:
            structlog.get_logger("test").warning("storing failed")
            went_on = True
        finally:
            structlog.reset_defaults()
    assert went_on


def _fail_with(secret: str) -> None:
    reversed_secret = secret[::-1]
    raise RuntimeError(f"{len(reversed_secret)} characters")
