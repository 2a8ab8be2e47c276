"""Who changes what all tests of a process share is found out, and the change is taken back."""

import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.traces import look_around, put_back

LOGGER = "otklik.test.traces"


def quieten_a_library() -> None:
    logging.getLogger("httpx").setLevel(logging.WARNING)


def silence_a_new_logger() -> None:
    logging.getLogger(LOGGER).disabled = True


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (quieten_a_library, ["the logger httpx"]),
        (silence_a_new_logger, [f"the logger {LOGGER}"]),
        (lambda: logging.getLogger().handlers.clear(), ["the logger root"]),
        (lambda: os.environ.update(OTKLIK_TRACE="1"), ["OTKLIK_TRACE of the environment"]),
        (lambda: os.environ.pop("PATH"), ["PATH of the environment"]),
        (lambda: os.chdir(Path(__file__).parent), ["the working folder"]),
        (lambda: None, []),
    ],
    ids=["level", "silence", "handlers", "new variable", "lost variable", "folder", "nothing"],
)
def test_a_change_is_told_and_taken_back(change: Callable[[], None], told: list[str]) -> None:
    before = look_around()
    change()
    assert put_back(before) == told
    assert look_around().environment == before.environment
    assert put_back(before) == []


def test_what_cannot_be_put_back_is_told_all_the_same() -> None:
    before = look_around()
    handler = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert put_back(before) == ["SIGTERM"]
    finally:
        signal.signal(signal.SIGTERM, handler)
