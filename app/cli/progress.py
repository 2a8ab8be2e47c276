"""The bar that long work shows."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

Advance = Callable[[float], None]


@contextmanager
def bar(title: str, total: float, *, quiet: bool = False) -> Iterator[Advance]:
    """What to call with what has been done since the last call; it shows on the error stream, and only where that is a terminal."""
    # Rich would send what is printed meanwhile along the bar's way: right on a terminal, lost to the file of a redirected output.
    disabled = quiet or not sys.stderr.isatty()
    with Progress(console=Console(stderr=True), disable=disabled, redirect_stdout=sys.stdout.isatty()) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.advance(task, done)
