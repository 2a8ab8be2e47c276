"""The list of commands, which is told without loading them."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import app.cli
from app.cli.main import COMMANDS, load
from tests.architecture.tree import tracked_files
from tests.commands import Commands

LISTED = """
import sys
from app.cli.main import main
sys.argv = ["otklik", "--help"]
try: main()
finally: print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_list_says_of_a_command_is_what_it_says_itself(name: str) -> None:
    assert load(name).help == COMMANDS[name].help


def test_every_command_is_in_the_list() -> None:
    modules = [import_module(f"app.cli.{module.name}") for module in iter_modules(app.cli.__path__)]
    kept = {(module.__name__, group) for module in modules for group in ("commands", "retraining") if hasattr(module, group)}

    assert {(f"app.cli.{one.module}", one.group) for one in COMMANDS.values()} == kept


def test_commands_that_documents_type_are_there_with_their_options() -> None:
    pages = [file for file in tracked_files() if file.suffix == ".md" and file.name != "CHANGELOG.md"]
    assert not [f"{file.name}: {line}" for file in pages for line in typed_lines(file.read_text(encoding="utf-8")) if not is_known(line)]


def typed_lines(markdown: str) -> list[str]:
    """What stands behind `otklik` in blocks of code and in backquotes."""
    blocks = "".join(re.findall(r"```\w*\n(.*?)```", markdown, re.DOTALL)).replace("\\\n", " ")
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", markdown, flags=re.DOTALL))
    lines = (line.split("#")[0] for line in [*blocks.splitlines(), *spans])
    return [found[1] for line in lines if (found := re.search(r"(?:^|[\s/])otklik ([a-z][\w-]*.*)", line))]


def is_known(line: str) -> bool:
    name, *words = line.split()
    if name not in COMMANDS:
        return False
    command = load(name)
    if words and hasattr(command, "commands"):
        command = command.commands.get(words[0])
    options = {option for parameter in getattr(command, "params", ()) for option in (*parameter.opts, *parameter.secondary_opts)}
    return command is not None and set(re.findall(r"(?<![\w-])--[\w-]+", " ".join(words))) <= options | {"--help"}


def test_the_list_is_told_without_loading_a_command() -> None:
    done = subprocess.run([sys.executable, "-c", LISTED], capture_output=True, text=True, check=True)

    assert all(name in done.stdout for name in COMMANDS)
    assert not {"sqlalchemy", "numpy", "pydantic", "app.bootstrap"} & set(done.stderr.split())


async def test_a_command_that_is_not_there_is_wrong_usage(commands: Commands) -> None:
    said = await commands.type("quue", settings={})

    assert (said.code, said.printed) == (2, "")
    assert "No such command" in said.beside


@pytest.mark.parametrize("address", ["postgresql://a:b@127.0.0.1:port/x", "no address"])
async def test_an_address_of_a_database_that_cannot_be_read_is_told_with_its_form(commands: Commands, address: str) -> None:
    said = await commands.type("migrate", settings={"DATABASE_URL": address, "SECRET_KEY": "0123456789abcdef"})

    assert (said.code, said.printed) == (1, "")
    assert said.beside.startswith("OTKLIK_DATABASE_URL cannot be read: it has the form postgresql://")


async def test_a_folder_that_is_a_file_is_told_by_its_name(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    said = await commands.type("migrate", settings={"DATA_DIR": str(tmp_path / "data"), "PROT": "1"})

    assert said.code == 1
    assert said.beside.endswith(f"{tmp_path / 'data'} cannot be used (File exists).\n")
    assert '"meant": "OTKLIK_PORT"' in said.beside
