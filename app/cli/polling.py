"""`otklik simulate-polling`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.cli.progress import bar
from app.cli.running import page, settings_in_force
from app.domain.polling.due import Interval
from app.simulation.report import simulate_polling, write_polls
from app.simulation.trace import read_trace

commands = typer.Typer()


@commands.command("simulate-polling")
def simulate(
    trace: Annotated[Path, typer.Option(help="source,published_at in Unix seconds, sorted by time.", exists=True, dir_okay=False)],
    calls_per_day: Annotated[int, typer.Option(help="The budget of any 24 hours.", min=1)],
    polls: Annotated[Path | None, typer.Option(help="Where to write every poll as source,polled_at.", dir_okay=False)] = None,
    learn_days: Annotated[float, typer.Option(help="Messages of so many first days are not evaluated.", min=0)] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Runs the polling planner over a recorded trace, beside the uniform plan and the best static one known in hindsight."""
    settings = settings_in_force()
    bounds = Interval(timedelta(seconds=settings.poll_min_seconds), timedelta(seconds=settings.poll_max_seconds))
    recorded = read_trace(trace)
    with bar("Polling", recorded.ended - recorded.began if recorded.sources else 0) as advance:
        report, planned = simulate_polling(recorded, calls_per_day, bounds, learn_days, advance)
    if polls is not None:
        write_polls(polls, recorded, planned)
    if as_json:
        print(report.as_json())
    else:
        page().print(report.as_table())
