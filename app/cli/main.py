"""The `otklik` command. Exit codes: 0 done; 1 failed, with a line that says why and what to do; 2 wrong usage."""

import typer

from app.bootstrap import CannotStart
from app.cli import (
    canary,
    classifier,
    credentials,
    gazetteer,
    models,
    operators,
    polling,
    processes,
    replay,
    sources,
    statistics,
    tokens,
    topics,
)
from app.cli.running import fail
from app.domain.errors import DomainError
from app.settings import SettingsInvalid
from app.storage.embedded import EmbeddedDatabaseError
from app.storage.engine import DATABASE_ERRORS, DatabaseUnfit, explain
from connectors.sdk.errors import ConnectorError

EXPECTED = (CannotStart, SettingsInvalid, EmbeddedDatabaseError, DatabaseUnfit, DomainError, ConnectorError)

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for noun in (processes, classifier, polling, statistics, replay):
    cli.add_typer(noun.commands)
cli.add_typer(tokens.commands, name="token")
cli.add_typer(operators.commands, name="operator")
cli.add_typer(sources.commands, name="source")
cli.add_typer(credentials.commands, name="credential")
cli.add_typer(canary.commands, name="canary")
cli.add_typer(topics.commands, name="topics")
cli.add_typer(models.commands, name="model")
cli.add_typer(models.retraining)
cli.add_typer(gazetteer.commands, name="gazetteer")


def main() -> None:
    """Runs the command; an expected failure is a sentence on the error stream, without a traceback."""
    try:
        cli()
    except EXPECTED as error:
        fail(str(error))
    except DATABASE_ERRORS as error:
        fail(f"The database cannot be used: {explain(error)}")
