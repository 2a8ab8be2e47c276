"""Worker processes by the dozen: forked out of one process that has imported everything and read the model, each begins at once.

As a script: a line with the path of a log on standard input, the number of the worker born on standard output.
"""

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

import app.processes  # noqa: F401  # what `worker` imports when it runs
from app.classifier.model_file import load_shipped_model
from app.cli.processes import worker


@dataclass(frozen=True, slots=True)
class Forked:
    """A worker process that is nobody's child in this process."""

    pid: int
    log: Path

    async def kill(self) -> None:
        """SIGKILL: nothing is given back."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            process.kill()
            await asyncio.to_thread(process.wait)


@dataclass(frozen=True, slots=True)
class Nursery:
    """The process that bears workers, which work in its folder."""

    process: asyncio.subprocess.Process
    folder: Path
    born: list[Forked] = field(default_factory=list)

    async def bear(self) -> Forked:
        """A worker that begins now."""
        log = self.folder / f"worker-{uuid.uuid4().hex}.log"
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the nursery has been started without its pipes")
        self.process.stdin.write(f"{log}\n".encode())
        self.born.append(Forked(int(await self.process.stdout.readline()), log))
        return self.born[-1]


@asynccontextmanager
async def open_nursery(folder: Path, environment: Mapping[str, str]) -> AsyncIterator[Nursery]:
    """A nursery, which ends with the block, and its workers with it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    nursery = Nursery(process, folder)
    try:
        yield nursery
    finally:
        process.kill()
        await process.wait()
        for one in nursery.born:
            await one.kill()


def main() -> None:
    """Bears workers until standard input ends."""
    load_shipped_model()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that the dead are not kept for somebody to ask after
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            live(Path(line.rstrip("\n")))
        print(pid, flush=True)  # noqa: T201


def live(log: Path) -> None:
    """Works as `otklik worker` does; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with log.open("wb") as file, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    worker()
    os._exit(0)


if __name__ == "__main__":
    main()
