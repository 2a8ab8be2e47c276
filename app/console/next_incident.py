"""From one incident straight to the next of the queue from which it was opened."""

from typing import Annotated
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import RedirectResponse

from app.console.access import Console, Reader
from app.console.addresses import local_address
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID, QueueQuery, read_query
from app.console.territories import territory_ids
from app.domain.incident import WAITING, IncidentId
from app.storage import incident_details, queue
from app.storage.clocks import NEVER
from app.storage.incident_details import IncidentDetails
from app.storage.queue import DuePlace, Part, QueueFilter

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/incidents/{incident_id}/next")
async def show_next(
    console: Console,
    visitor: Reader,
    incident_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    back: Annotated[str, Query(max_length=4000)] = "/",
) -> Response:
    """Goes to the incident that stands behind this one, wherever this one is by now; behind the last one back to the queue."""
    here = local_address(back)
    query = _query_of(here)
    async with console.database.read() as session:
        incident = await incident_details.get(session, console.region_id, IncidentId(incident_id))
        inside = await territory_ids(session, console.region_id, query.territory_id)
        wanted = query.to_filter(visitor.operator.id, console.classifier.sure_from, inside)
        after = _place_of(incident, wanted)
        found = await queue.by_due(session, console.region_id, wanted, after=after, limit=2, now=console.now())
    following = next((place.id for place in found if place.id != incident.id), None)
    if following is None:
        return RedirectResponse(here, 303)
    return RedirectResponse(f"/incidents/{following}" + ("" if here == "/" else f"?back={quote(here, safe='')}"), 303)


def _query_of(address: str) -> QueueQuery:
    """The queue of an address; the whole queue for an address of another page."""
    parts = urlsplit(address)
    return read_query(dict(parse_qsl(parts.query))) if parts.path == "/" else QueueQuery()


def _place_of(incident: IncidentDetails, wanted: QueueFilter) -> DuePlace:
    """Where the incident stands, or stood before a step took it out of what waits."""
    only_waiting = bool(wanted.statuses) and WAITING.issuperset(wanted.statuses)
    if not incident.waiting and not only_waiting and incident.owes_full_answer():
        return DuePlace(Part.PROMISED, incident.substantive_due_at or NEVER, incident.id)
    part = Part.WAITING if incident.waiting or only_waiting else Part.REST
    return DuePlace(part, incident.first_answer_due_at or NEVER, incident.id)
