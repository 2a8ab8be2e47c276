"""Files of incidents to take away, and the journal of who took them."""

from typing import Annotated

from fastapi import Query, Response

from app.api.access import AdministratorReading, Reader
from app.api.context import Context
from app.api.cursors import read_key, write_key
from app.api.files import FILES
from app.api.incidents import ids_within
from app.api.parameters import Now, split_page
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.export import ExportOut, ExportPage
from app.api.schemas.queue import ExportQuery, PageQuery
from app.api.sessions import ReadSession
from app.exports.download import Download, file_name
from app.exports.filters import filters_of
from app.storage import exports
from app.storage.exports import ExportId
from app.usecases.export_incidents import IncidentsAsked, export_incidents

router = make_router("exports")


@router.get("/incidents/export", operation_id="export_incidents", response_class=Response, responses=FILES | responses(429))
async def export(operator: Reader, session: ReadSession, context: Context, now: Now, query: Annotated[ExportQuery, Query()]) -> Response:
    """The queue as a file: one state of it, whole, under the filters of the queue and in its order. The journal keeps who took it."""
    wanted = query.to_filter(context.classifier.sure_from, await ids_within(session, context.region_id, query.territory_id))
    asked = IncidentsAsked(
        by=operator,
        wanted=wanted,
        filters=filters_of(wanted, query.territory_id),
        format=query.format,
        layout=query.columns,
        order=query.sort,
        with_authors=query.authors,
    )
    opening = export_incidents(context.database, context.region_id, asked, desk=context.desk, zone=context.tz, clock=context.now)
    return Download(opening, name=file_name("incidents", now, context.tz), format=query.format)


@router.get("/exports", operation_id="list_exports")
async def list_exports(
    operator: AdministratorReading, session: ReadSession, context: Context, query: Annotated[PageQuery, Query()]
) -> ExportPage:
    """Who took what away, the newest first."""
    before = read_key("export", query.cursor)
    found = await exports.listed(session, context.region_id, before=None if before is None else ExportId(before), limit=query.limit + 1)
    shown, last = split_page(found, query.limit)
    return ExportPage(items=[ExportOut.of(one) for one in shown], next_cursor=None if last is None else write_key("export", last.id))
