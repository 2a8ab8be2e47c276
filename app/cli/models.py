"""`otklik model …` and `otklik retrain`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.bootstrap import Services
from app.classifier.regional.judging import Judgement
from app.cli.progress import bar
from app.cli.running import fail, page, with_services
from app.storage import models
from app.usecases.choose_model import add_model, compare_models, use_model
from app.usecases.retrain import Retraining
from app.usecases.retrain import retrain as retrain_region
from app.usecases.roll_back_model import roll_back_model
from app.usecases.show_models import show_models

BY_COMMAND = "command"

commands = typer.Typer(no_args_is_help=True, help="The models of the region.")
retraining = typer.Typer()


@commands.command("list")
def show() -> None:
    """Every model, the newest first: what it learned, how it was judged, whether it is at work."""

    async def read(services: Services) -> None:
        async with services.database.read() as session:
            at_work, found = await show_models(session, services.region_id)
        table = Table("model", "state", "made", "by", "learned", "judged", title=f"at work: {at_work}")
        for shown in found:
            one, state = shown.model, shown.state.replace("_", " ")
            learned = ", ".join(f"{name} {count}" for name, count in one.learned.items())
            table.add_row(
                one.name, state if one.has_file else f"{state}, no file", f"{one.made_at:%Y-%m-%d %H:%M}", one.made_by, learned, _told(one)
            )
        page().print(table)

    with_services(read)


def _told(one: models.StoredModel) -> str:
    if not one.judgement or not one.judgement["tasks"]:
        return "not judged"
    parts = [f"{name} {task['candidate_right']:.0%} ({task['rival_right']:.0%})" for name, task in one.judgement["tasks"].items()]
    return f"{', '.join(parts)} beside {one.judgement['rival']}"


@commands.command("add")
def add(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Keeps a file of `otklik train --base` as a candidate and prints its name."""

    async def keep(services: Services) -> str:
        return await add_model(services.database, services.region_id, file, made_by=BY_COMMAND, now=services.now())

    print(with_services(keep))


@commands.command("compare")
def compare(candidate: str, rival: str) -> None:
    """Two models (or `shipped`) on the region's held texts: how often each is right, and whether the first may be worse."""

    async def run(services: Services) -> Judgement:
        return await compare_models(services.database, services.region_id, candidate, rival, services.training_folder)

    judgement = with_services(run)
    _print(judgement)
    print("The first may be worse." if judgement.is_worse else "The first is not worse." if judgement.is_known else "Too few held texts.")


@commands.command("use")
def use(name: str) -> None:
    """Puts a model (or `shipped`) to work in every process, unless it may be worse than the one there."""

    async def run(services: Services) -> Judgement:
        return await use_model(services.database, services.region_id, name, services.training_folder, put_by=BY_COMMAND, now=services.now())

    _print(with_services(run))
    print(f"{name} is at work.")


@commands.command("rollback")
def rollback() -> None:
    """Goes back to the model that was at work before."""

    async def run(services: Services) -> str:
        async with services.database.write() as session:
            return await roll_back_model(session, services.region_id, put_by=BY_COMMAND, now=services.now())

    print(f"{with_services(run)} is at work.")


@retraining.command()
def retrain() -> None:
    """Teaches the region's model anew from its exports and its operators' words; at work unless it is worse."""

    async def run(services: Services) -> Retraining:
        with bar("Learning", 1) as advance:
            return await retrain_region(
                services.database,
                services.region_id,
                services.at_work,
                services.training_folder,
                made_by=BY_COMMAND,
                now=services.now(),
                on_share=advance,
            )

    done = with_services(run)
    for refusal in done.refused:
        typer.echo(str(refusal), err=True)
    if done.name is None:
        fail(done.reason)
    if done.judgement is not None:
        _print(done.judgement)
    print(f"{done.name}: {done.reason}")


def _print(judgement: Judgement) -> None:
    table = Table("matter", "held texts", judgement.rival, judgement.candidate, "difference at least", title="how often right")
    for name, task in judgement.tasks.items():
        table.add_row(name, str(task.texts), f"{task.rival_right:.3f}", f"{task.candidate_right:.3f}", f"{task.at_least:+.3f}")
    page().print(table)
