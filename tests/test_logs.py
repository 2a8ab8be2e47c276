"""What logs must never hold."""

import io
import logging
import sys

import pytest
import structlog

from app.telemetry.logs import configure_logs


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


def _fail_with(secret: str) -> None:
    reversed_secret = secret[::-1]
    raise RuntimeError(f"{len(reversed_secret)} characters")
