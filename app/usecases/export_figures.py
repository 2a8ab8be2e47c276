"""Puts figures of answers into a file, written down like any other that leaves."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime, tzinfo
from functools import partial

from app.domain.operator import Operator
from app.domain.spoken import zone_name
from app.domain.statistics import Figures
from app.domain.working_hours import WorkingHours
from app.exports.figures import DEFINITION, FiguresRow, FiguresTable, Section
from app.exports.files import FILES
from app.exports.folder import export_folder
from app.exports.spool import Spool
from app.exports.table import About, FileFormat
from app.exports.threads import in_thread
from app.storage.engine import Database
from app.storage.exports import NewExport
from app.storage.regions import RegionId
from app.storage.statistics import Answered, GroupBy
from app.usecases.journal_export import journalled
from app.usecases.measure_answers import MeasuredGroup, Period

WHAT = "figures"
SECTIONS: Mapping[GroupBy, Section] = {
    GroupBy.AUTHORITY: Section.AUTHORITY,
    GroupBy.TOPIC: Section.TOPIC,
    GroupBy.SOURCE: Section.SOURCE,
    GroupBy.TERRITORY: Section.TERRITORY,
}
IN_CALENDAR_TIME, IN_WORKING_TIME = "по календарю", "в рабочих часах"
ANSWERS: Mapping[Answered, str] = {Answered.FIRST: "до первого ответа", Answered.SUBSTANTIVE: "до ответа по существу"}


def figures_table(
    total: Figures,
    groups: Sequence[tuple[GroupBy, Sequence[MeasuredGroup]]],
    period: Period,
    *,
    hours: WorkingHours | None,
    answered: Answered,
    titles: Mapping[str, str],
) -> FiguresTable:
    """The figures of everything and of the groups, topics under their titles; without `hours` they are in calendar time."""
    no_reply = sum(one.no_reply for one in groups[0][1]) if groups else 0
    rows = [FiguresRow(Section.TOTAL, None, total, no_reply)]
    for group_by, of_kind in groups:
        rows += [FiguresRow(SECTIONS[group_by], titles.get(one.name or "", one.name), one.figures, one.no_reply) for one in of_kind]
    clock = IN_CALENDAR_TIME if hours is None else f"{IN_WORKING_TIME}: {hours.in_words()}"
    return FiguresTable(rows, period.since, period.until, clock, ANSWERS[answered])


@asynccontextmanager
async def export_figures(
    database: Database,
    region_id: RegionId,
    table: FiguresTable,
    *,
    by: Operator,
    format: FileFormat,
    zone: tzinfo,
    clock: Callable[[], datetime],
) -> AsyncIterator[Spool]:
    """The file, whole."""
    filters = {"published_from": table.since.isoformat(), "published_to": table.until.isoformat()}
    new = NewExport(by.id, WHAT, format.value, None, False, filters)
    with export_folder() as folder:
        spool = Spool(folder / f"figures.{format.value}", grows=False)
        async with journalled(database, region_id, new, spool, clock=clock):
            await in_thread(partial(_write, table, spool, format, zone, _about(table, by, zone, clock())))
            spool.grew(len(table.rows))
            spool.end()
            yield spool


def _write(table: FiguresTable, spool: Spool, format: FileFormat, zone: tzinfo, about: About) -> None:
    with closing(FILES[format](spool.path, table.headings(zone_name(zone, table.until)), zone)) as file:
        file.write(table.cells())
        file.finish(about)


def _about(table: FiguresTable, by: Operator, zone: tzinfo, now: datetime) -> About:
    return About(
        "Ответы жителям",
        [
            ("Сделано", now),
            ("Кем", by.name),
            ("Период с", table.since),
            ("Период до", table.until),
            ("Часовой пояс", zone_name(zone, now)),
            ("Часы", table.clock),
            ("До какого ответа", table.answered),
            ("Как считается", DEFINITION),
        ],
    )
