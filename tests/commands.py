"""`otklik` as it is typed, every command a process of its own, forked out of one that has imported everything and read the model once.

As a script: a line of JSON with what to run on standard input, its exit code on standard output.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from app.classifier.model_file import load_shipped_model
from app.cli.main import COMMANDS, load
from app.cli.main import main as otklik

CHECKOUT = Path(__file__).parents[1]


class Said(NamedTuple):
    """A command's exit code, what it has printed, and what it has said beside that."""

    code: int
    printed: str
    beside: str


@dataclass(frozen=True, slots=True)
class Commands:
    """Where commands are typed, one after another."""

    process: subprocess.Popen[str]
    folder: Path

    async def type(self, *words: str, settings: Mapping[str, str]) -> Said:
        """Runs `otklik` with these words under these settings and no others, and waits for its end."""
        return await asyncio.to_thread(self._type, words, settings)

    def _type(self, words: tuple[str, ...], settings: Mapping[str, str]) -> Said:
        printed, beside = self.folder / "printed", self.folder / "beside"
        order = {"words": words, "settings": dict(settings), "printed": str(printed), "beside": str(beside)}
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the process that runs commands has been started without its pipes")
        print(json.dumps(order), file=self.process.stdin, flush=True)
        code = int(self.process.stdout.readline())
        return Said(code, printed.read_text(), beside.read_text())


@contextmanager
def open_commands() -> Iterator[Commands]:
    """A place to type commands, which is gone after the block."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=folder,  # not in the checkout, where a real installation may have its .env
            env=environment_of({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        yield Commands(process, Path(folder))


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process with these settings of Otklik and no others; our code is found from any folder."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")}
    return inherited | {"PYTHONPATH": str(CHECKOUT)} | {f"OTKLIK_{name}": value for name, value in settings.items()}


def main() -> None:
    """Runs commands until standard input ends."""
    load_shipped_model()
    for name in COMMANDS:
        load(name)
    gc.freeze()  # else a child would copy every page of memory that its collector walks over
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(order)
            otklik()
            return
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def become(order: Mapping[str, Any]) -> None:
    """Takes the words, the settings and the outputs of a command."""
    sys.argv = ["otklik", *order["words"]]
    os.environ.update({f"OTKLIK_{name}": value for name, value in order["settings"].items()})
    with Path(os.devnull).open("rb") as nothing, open(order["printed"], "wb") as printed, open(order["beside"], "wb") as beside:
        for number, file in enumerate((nothing, printed, beside)):
            os.dup2(file.fileno(), number)


if __name__ == "__main__":
    main()
