"""The queue: what waits for an answer, what is known of each incident, its log and its thread."""

from typing import Annotated

from fastapi import Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.access import Reader
from app.api.context import Context
from app.api.cursors import read_due, read_key, read_published, write_due, write_key, write_published
from app.api.parameters import IncidentPath, Now, split_page, tag
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.explanation import ExplanationOut
from app.api.schemas.incident import IncidentDetailsOut, IncidentOut, IncidentPage
from app.api.schemas.message import MessageOut, MessagePage
from app.api.schemas.queue import PageQuery, QueueQuery
from app.api.schemas.step import EventOut, EventPage
from app.api.sessions import ReadSession
from app.api.shown_incident import show_incident
from app.domain.incident import IncidentId
from app.domain.territory import EntryId
from app.storage import collected, events, gazetteer, incident_details, queue
from app.storage.queue import DuePlace, Order, PublishedPlace
from app.storage.regions import RegionId
from app.usecases.explain_incident import explain_incident
from app.usecases.hide_people import incident_for, incidents_for, messages_for

router = make_router("incidents")


@router.get("/incidents", operation_id="list_incidents")
async def list_incidents(
    operator: Reader, session: ReadSession, context: Context, now: Now, query: Annotated[QueueQuery, Query()]
) -> IncidentPage:
    """The queue: what waits first, the earliest deadline at the head; or the newest first with `sort=published`."""
    territory_ids = await ids_within(session, context.region_id, query.territory_id)
    wanted, longer = query.to_filter(context.classifier.sure_from, territory_ids), query.limit + 1
    shown: list[IncidentId]
    if query.sort is Order.DUE:
        due, last_due = split_page(
            await queue.by_due(session, context.region_id, wanted, after=read_due(query.cursor), limit=longer, now=now), query.limit
        )
        shown, cursor = [place.id for place in due], _cursor(last_due)
    else:
        published, last = split_page(
            await queue.by_published(session, context.region_id, wanted, after=read_published(query.cursor), limit=longer, now=now),
            query.limit,
        )
        shown, cursor = [place.id for place in published], _cursor(last)
    details = incidents_for(operator, await incident_details.of_ids(session, context.region_id, shown))
    return IncidentPage(items=[IncidentOut.of(one, now) for one in details], next_cursor=cursor)


async def ids_within(session: AsyncSession, region_id: RegionId, territory_id: EntryId | None) -> tuple[EntryId, ...]:
    """A territory with what lies in it; of one that there is not, nothing is counted."""
    if territory_id is None:
        return ()
    return tuple(await gazetteer.within(session, region_id, territory_id)) or (territory_id,)


def _cursor(place: DuePlace | PublishedPlace | None) -> str | None:
    match place:
        case DuePlace():
            return write_due(place)
        case PublishedPlace():
            return write_published(place)
        case None:
            return None


@router.get("/incidents/{incident_id}", operation_id="get_incident", responses=responses(404))
async def get_incident(
    operator: Reader, session: ReadSession, context: Context, now: Now, incident_id: IncidentPath, response: Response
) -> IncidentDetailsOut:
    """One incident with its turns and answers; its version is also the ETag."""
    incident = incident_for(operator, await incident_details.get(session, context.region_id, incident_id))
    tag(response, incident.version)
    return await show_incident(session, context, incident, now=now)


@router.get("/incidents/{incident_id}/events", operation_id="list_incident_events", responses=responses(404))
async def list_incident_events(
    operator: Reader, session: ReadSession, context: Context, incident_id: IncidentPath, query: Annotated[PageQuery, Query()]
) -> EventPage:
    """Everything that ever happened to an incident, oldest first."""
    after = read_key("event", query.cursor)
    found = await events.listed(session, context.region_id, incident_id, after=after, limit=query.limit + 1)
    if not found and after is None:
        await incident_details.get(session, context.region_id, incident_id)
    shown, last = split_page(found, query.limit)
    return EventPage(items=[EventOut.of(one) for one in shown], next_cursor=None if last is None else write_key("event", last.id))


@router.get("/incidents/{incident_id}/explanation", operation_id="get_incident_explanation", responses=responses(404))
async def get_incident_explanation(operator: Reader, context: Context, incident_id: IncidentPath) -> ExplanationOut:
    """What the built-in classifier says of the incident's message as it stands now, and the words that decided."""
    return ExplanationOut.of(await explain_incident(context.database, context.classifier, context.region_id, incident_id))


@router.get("/incidents/{incident_id}/thread", operation_id="get_incident_thread", responses=responses(404))
async def get_incident_thread(operator: Reader, session: ReadSession, context: Context, incident_id: IncidentPath) -> MessagePage:
    """The whole thread of an incident: the post, then its comments in the order of publication; deleted ones as tombstones."""
    found = messages_for(operator, await collected.thread_of(session, context.region_id, incident_id))
    return MessagePage(items=[MessageOut.of(message, context.erased_people.marks) for message in found], next_cursor=None)
