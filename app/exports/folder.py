"""Where files stand until they are taken; what a process that was killed has left there goes with the next one's."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

PREFIX = "otklik-export-"
LEFT_AFTER_SECONDS = 7200.0
"""Longer than any file is made; who still reads one keeps it open, and has it to its end."""


@contextmanager
def export_folder() -> Iterator[Path]:
    """A folder of one's own, gone at the end."""
    remove_left()
    with TemporaryDirectory(prefix=PREFIX) as folder:
        yield Path(folder)


def remove_left(within: Path | None = None, *, now: float | None = None) -> None:
    """Removes what was left: residents' words stand in it, and nobody else would ever tidy it up. Others' folders are left alone."""
    older_than = (time.time() if now is None else now) - LEFT_AFTER_SECONDS
    for folder in (within or Path(gettempdir())).glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):  # another process may be faster
            found = folder.lstat()
            if found.st_uid == os.getuid() and found.st_mtime < older_than:
                shutil.rmtree(folder, ignore_errors=True)
