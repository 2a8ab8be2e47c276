"""What logs must never hold, and never do."""

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import structlog

from app.telemetry.logs import configure_logs

FULL = Path("/dev/full")
"""A device that has no room for anything."""


@pytest.fixture(autouse=True)
def no_trace_in_this_process() -> Iterator[None]:
    """What is set for a process here would be set for all tests that follow in it: a quiet httpx hides what they look for."""
    levels = {one: one.level for one in _loggers()}
    handlers = [*logging.getLogger().handlers]
    yield
    for one in _loggers():
        one.setLevel(levels.get(one, logging.NOTSET))
    logging.getLogger().handlers[:] = handlers


def _loggers() -> list[logging.Logger]:
    return [logging.getLogger(), *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_values(monkeypatch: pytest.MonkeyPatch, log_format: str) -> None:
    stream, secret = io.StringIO(), "-".join(["very", "secret"])
    logging.getLogger().handlers.clear()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs(log_format)
    try:
        _fail_with(secret)
    except RuntimeError:
        structlog.get_logger("test").exception("job failing")

    assert "job failing" in stream.getvalue()
    assert "very-secret" not in stream.getvalue()


ROW = "null value in column violates a constraint\nDETAIL:  Failing row contains (1, Иван\nПетров, 770050177)."


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_row_that_the_database_refused(monkeypatch: pytest.MonkeyPatch, log_format: str) -> None:
    stream = io.StringIO()
    logging.getLogger().handlers.clear()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs(log_format)
    try:
        _fail_in_many_ways()
    except ExceptionGroup:
        structlog.get_logger("test").exception("polling broke")

    told = stream.getvalue()
    assert "null value in column" in told
    assert "[SQL: INSERT" in told
    assert "invalid input for query argument" in told
    assert not [word for word in ("Иван", "Петров", "770050177") if word in told]


def test_a_line_that_cannot_be_written_is_lost_and_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    went_on = False
    with suppress(OSError), FULL.open("w") as full:  # closing it fails once more
        logging.getLogger().handlers.clear()
        monkeypatch.setattr(sys, "stderr", full)
        configure_logs("json")
        structlog.get_logger("test").warning("storing failed")
        went_on = True
    assert went_on


def _fail_in_many_ways() -> None:
    try:
        raise ValueError(ROW)
    except ValueError as error:
        refused = RuntimeError(f"{ROW}\n[SQL: INSERT INTO messages]")
        refused.__cause__ = error
        raise ExceptionGroup("many", [refused, TypeError("invalid input for query argument $3: 'Иван 770050177' (expected str)")]) from None


def _fail_with(secret: str) -> None:
    reversed_secret = secret[::-1]
    raise RuntimeError(f"{len(reversed_secret)} characters")
