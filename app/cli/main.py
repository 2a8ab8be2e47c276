"""The `otklik` command. Exit codes: 0 done; 1 failed, with a line that says why and what to do; 2 wrong usage."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Kept(NamedTuple):
    """Where a command is kept, a module of this package and a group in it, and what `otklik --help` says of it."""

    module: str
    help: str
    group: str = "commands"


COMMANDS: Mapping[str, Kept] = {
    "demo": Kept("processes", "A whole town on this machine: emulated networks, residents, bodies of different diligence."),
    "run": Kept("processes", "Web and worker in one process."),
    "web": Kept("processes", "REST, console, metrics and health alone."),
    "worker": Kept("processes", "A worker alone; any number of them share the work."),
    "migrate": Kept("processes", "Brings the database to the newest schema."),
    "classify": Kept(
        "classifier",
        "JSON Lines in, verdicts out, in order; a line that cannot be read is named on the error stream and left out.",
    ),
    "train": Kept(
        "classifier",
        "Fits a model from labelled corpus folders or CSV files, or teaches one a region's export; the same data give the same file.",
    ),
    "evaluate": Kept(
        "classifier",
        "Prints the quality of the model on labelled data; rows that are wrong are named on the error stream and left out.",
    ),
    "simulate-polling": Kept(
        "polling",
        "Runs the polling planner over a recorded trace, beside the uniform plan and the best static one known in hindsight.",
    ),
    "rebuild-statistics": Kept(
        "statistics",
        "Recomputes all clocks from the event log and puts right what differs; with --check it only tells.",
    ),
    "replay": Kept(
        "replay",
        "Takes kept answers of the networks in once more and prints what differs from the stored. Exit codes: 0 nothing, 1 something.",
    ),
    "erase": Kept(
        "erasing",
        "Erases one person on request: texts, name and id wherever they stand. What they write later is not stored either.",
    ),
    "token": Kept("tokens", "Keys to the REST API."),
    "operator": Kept("operators", "People who sign in to the console."),
    "source": Kept("sources", "The registry of watched pages."),
    "credential": Kept("credentials", "Keys to the networks, encrypted at rest and never printed."),
    "canary": Kept("canary", "A message of our own, sent through a test page and timed."),
    "topics": Kept("topics", "What messages can be about."),
    "model": Kept("models", "The models of the region."),
    "retrain": Kept(
        "models",
        "Teaches the region's model anew from its exports and its operators' words; at work unless it is worse.",
        group="retraining",
    ),
    "gazetteer": Kept("gazetteer", "Territories, settlements, streets and landmarks of the region."),
}
"""Each is loaded when it is typed: a look at the list, or a command that needs little, does not wait for all that others need."""


class Commands(TyperGroup):
    """The commands: known by their names, loaded by need."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was typed, whole."""
        if args[0] in COMMANDS:
            self.commands[args[0]] = load(args[0])
        return super().resolve_command(ctx, args)


def load(name: str) -> Any:
    """A command, or all commands of a noun."""
    kept = COMMANDS[name]
    group = typer.main.get_group(getattr(import_module(f"app.cli.{kept.module}"), kept.group))
    return group.commands.get(name, group)


def main() -> None:
    """Runs the command; an expected failure is a sentence on the error stream, without a traceback."""
    known = {name: TyperCommand(name, help=kept.help) for name, kept in COMMANDS.items()}
    try:
        Commands(name="otklik", help=__doc__, no_args_is_help=True, commands=dict(known))()
    except Exception as error:
        from app.cli.failures import tell

        tell(error)
        raise
