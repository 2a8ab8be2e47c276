"""Who changes what all tests of a process share is found out, and the change is taken back."""

import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.traces import look_around, put_back


def quieten_a_library() -> None:
    logging.getLogger("asyncio").setLevel(logging.WARNING)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (quieten_a_library, ["the logger asyncio"]),
        (lambda: logging.getLogger().handlers.clear(), ["the logger root"]),
        (lambda: os.environ.update(OTKLIK_TRACE="1"), ["OTKLIK_TRACE of the environment"]),
        (lambda: os.environ.pop("PATH"), ["PATH of the environment"]),
        (lambda: os.chdir(Path(__file__).parent), ["the working folder"]),
        (lambda: None, []),
    ],
    ids=["level", "handlers", "new variable", "lost variable", "folder", "nothing"],
)
def test_a_change_is_told_and_taken_back(change: Callable[[], None], told: list[str]) -> None:
    before = look_around()
    change()
    assert put_back(before) == told
    assert look_around().environment == before.environment
    assert put_back(before) == []


def test_a_new_logger_is_put_back_and_is_nobodys_fault() -> None:
    before = look_around()
    new = logging.getLogger("otklik.test.traces")
    new.disabled = True
    assert put_back(before) == []
    assert not new.disabled


def test_what_cannot_be_put_back_is_told_all_the_same() -> None:
    before = look_around()
    handler = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert put_back(before) == ["SIGTERM"]
    finally:
        signal.signal(signal.SIGTERM, handler)
