"""How a command runs: settings, services, the event loop, and where its output goes."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import structlog
import uvloop
from rich.console import Console

from app.bootstrap import Services, running_services
from app.settings import Settings, load_settings, unknown_settings
from app.telemetry.logs import configure_logs

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


def fail(reason: str) -> NoReturn:
    """Says why on the error stream and ends with code 1."""
    print(reason, file=sys.stderr)
    sys.exit(1)


def settings_in_force(**overrides: object) -> Settings:
    """Settings with the command's own options over them, and logs that follow them."""
    settings = load_settings(**{name: value for name, value in overrides.items() if value is not None})
    configure_logs(settings.log_format)
    for name, meant in unknown_settings().items():
        log.warning("setting unknown", name=name, **({} if meant is None else {"meant": meant}))
    return settings


def page() -> Console:
    """Where tables go: as wide as the terminal, and wide enough for a file."""
    return Console(width=None if sys.stdout.isatty() else 160)


@contextmanager
def interruptible() -> Iterator[None]:
    """An interrupt ends the process at once, for a time in which it holds nothing.

    As an exception it could come while a library is being loaded, and some of those catch whatever comes: the process would go on.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_to_end(action: Coroutine[Any, Any, Result]) -> Result:
    """Runs a coroutine on the quick event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(action)


def with_services(action: Callable[[Services], Awaitable[Result]]) -> Result:
    """The result of one action, for commands that do a single thing."""

    async def run() -> Result:
        async with running_services(settings_in_force()) as services:
            return await action(services)

    return run_to_end(run())
