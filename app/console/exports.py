"""Files of the queue to take away, and the journal of who took them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.console.access import Console, Reader, Visitor, must_be_from_here, who_may
from app.console.page_route import PageRoute
from app.console.queue_query import read_query
from app.console.terms import terms_in_words
from app.console.territories import territory_ids
from app.domain.operator import Act
from app.exports.download import Download, file_name
from app.exports.filters import filters_of, in_words
from app.exports.incident_columns import Layout
from app.exports.table import FileFormat
from app.storage import exports
from app.usecases.change_topics import titles_of_topics
from app.usecases.export_incidents import IncidentsAsked, export_incidents

MOST_ENTRIES = 200

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/export")
async def export(
    request: Request,
    console: Console,
    visitor: Reader,
    format: Annotated[FileFormat, Query()] = FileFormat.XLSX,
    columns: Annotated[Layout, Query()] = Layout.OTKLIK,
    authors: Annotated[bool, Query()] = False,
) -> Response:
    """What the queue shows under the same address, as a file."""
    must_be_from_here(request)
    query = read_query(request.query_params)
    async with console.database.read() as session:
        inside = await territory_ids(session, console.region_id, query.territory_id)
    wanted = query.to_filter(visitor.operator.id, console.classifier.sure_from, inside)
    asked = IncidentsAsked(
        by=visitor.operator,
        wanted=wanted,
        filters=filters_of(wanted, query.territory_id),
        format=format,
        layout=columns,
        with_authors=authors,
    )
    opening = export_incidents(console.database, console.region_id, asked, desk=console.desk, zone=console.zone, clock=console.now)
    return Download(opening, name=file_name("incidents", console.now(), console.zone), format=format)


@router.get("/exports")
async def show_journal(console: Console, visitor: Annotated[Visitor, Depends(who_may(Act.ADMINISTER))]) -> Response:
    """Who took what away, the newest first."""
    async with console.database.read() as session:
        entries = await exports.listed(session, console.region_id, before=None, limit=MOST_ENTRIES)
        titles = await titles_of_topics(session, console.region_id)
    rows = [(one, in_words(one.filters, lambda code: titles.get(code, code))) for one in entries]
    return console.pages.page(
        "exports.html",
        section="queue",
        visitor=visitor,
        times=console.times,
        entries=rows,
        most=MOST_ENTRIES,
        terms=terms_in_words(console.terms),
    )
