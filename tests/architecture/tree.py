"""The checkout as the rules read it: files as text, modules as syntax."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "connectors", "migrations", "tests", "bench")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module; `names` are what a `from` line takes out of it."""

    module: str
    names: tuple[str, ...]
    line: int


def tracked_files() -> list[Path]:
    """Every file that is committed or staged; outside a git checkout the list cannot be known and git's error is raised."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    files = (ROOT / name for name in listing.stdout.split("\0") if name)
    return [file for file in files if file.is_file()]


def python_files(*folders: str) -> list[Path]:
    """The Python files below the folders of the checkout, sorted; a folder without any would make every rule about it hold."""
    found = {folder: [file for file in (ROOT / folder).rglob("*.py") if "node_modules" not in file.parts] for folder in folders}
    if empty := [folder for folder, files in found.items() if not files]:
        raise FileNotFoundError(f"no Python files in {', '.join(empty)}: which folder does the rule mean now?")
    return sorted(file for files in found.values() for file in files)


def syntax(file: Path) -> ast.Module:
    """The file as a syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def imports(tree: ast.AST) -> Iterator[Import]:
    """Every import at any depth."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (Import(alias.name, (), node.lineno) for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield Import(module, tuple(alias.name for alias in names), node.lineno)


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every call as written (`asyncio.create_task`) with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def place(file: Path, line: int | None = None) -> str:
    """`app/domain/turn.py:12`, so that a failing rule says where to look."""
    path = file.relative_to(ROOT).as_posix()
    return path if line is None else f"{path}:{line}"


def table_rows(markdown: str) -> list[list[str]]:
    """The cells of every table row of a document, heading rows included."""
    rows = (line.strip() for line in markdown.splitlines())
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
