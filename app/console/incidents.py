"""The page of one incident, and the steps that an operator takes from it or straight from the queue."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.access import Assigner, Console, Reader, Worker
from app.console.addresses import local_address
from app.console.incident_view import PREFIX, Back, Id, Key, Reason, Search, Typed, Version, read, shown, step
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.console.ready_texts import find_ready
from app.domain.authority import AuthorityId
from app.domain.errors import InvalidInput
from app.domain.incident import Incident, IncidentId
from app.domain.operator import OperatorId
from app.storage import gazetteer
from app.usecases.assign_incident import Handover, assign_incident
from app.usecases.close_incident import close_incident
from app.usecases.merge_incident import merge_incident
from app.usecases.reject_incident import reject_incident
from app.usecases.reopen_incident import reopen_incident
from app.usecases.take_incident import take_incident
from app.usecases.undo_step import undo_step
from connectors.sdk.text import clean_text

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix=PREFIX)

MOST_FOUND = 12


@router.get("")
async def show_incident(
    console: Console,
    visitor: Reader,
    incident_id: Id,
    back: Annotated[str, Query(max_length=4000)] = "/",
    place: Annotated[int, Query(ge=0, le=2**15 - 1)] = 0,
    find: Annotated[str, Query(max_length=200)] = "",
    where: Annotated[str, Query(max_length=200)] = "",
    ready: Annotated[str, Query(max_length=200)] = "",
    again: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
) -> Response:
    """The incident as it is now; with what the gazetteer has for a place's other meaning, or for words that it lacks, if it is searched.

    `again` is a reply that did not reach the resident: its text stands in the field, to be put right.
    """
    page = await read(console, visitor, IncidentId(incident_id))
    before = next((one.text for one in page.incident.replies if one.id == again), "")
    words, added = clean_text(find).strip(), clean_text(where).strip()
    is_asked = bool(words and (place or added))
    async with console.database.read() as session:
        found = await gazetteer.search(session, console.region_id, words, limit=MOST_FOUND) if is_asked else []
        chosen = await find_ready(session, console, visitor, page.incident, ready)
    wanted = Search(place, words, found) if is_asked else None
    return await shown(console, visitor, page, back=back, typed=Typed(reply=before, where=added), search=wanted, ready=chosen)


@router.post("/take")
async def take(
    console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", from_queue: Annotated[bool, Form()] = False
) -> Response:
    """Puts the incident into the operator's hands; from the queue it goes back to its line there."""
    key = IncidentId(incident_id)
    after = f"{local_address(back)}#incident-{key}" if from_queue else None

    async def run(session: AsyncSession) -> Incident:
        return await take_incident(session, console.region_id, key, visitor.operator, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back, after=after)


@router.post("/assign")
async def assign(
    console: Console, visitor: Assigner, incident_id: Id, version: Version, back: Back = "/", assignee: Key = "", authority: Key = ""
) -> Response:
    """Hands the incident to a colleague, an authority, or both."""
    key = IncidentId(incident_id)
    handover = Handover(OperatorId(int(assignee)) if assignee else None, AuthorityId(int(authority)) if authority else None)

    async def run(session: AsyncSession) -> Incident:
        if handover == Handover():
            raise InvalidInput("assignee", "Выберите, кому назначить: сотрудника, ведомство или обоих.")
        return await assign_incident(session, console.region_id, key, visitor.operator, handover, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back)


@router.post("/reject")
async def reject(console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", reason: Reason = "") -> Response:
    """Says that nobody owes an answer, and why."""
    key, why = IncidentId(incident_id), clean_text(reason).strip()

    async def run(session: AsyncSession) -> Incident:
        if not why:
            raise InvalidInput("reason", "Напишите, почему ответ не нужен: причина останется в журнале.")
        return await reject_incident(session, console.region_id, key, visitor.operator, reason=why, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back, typed=Typed(reason=why))


@router.post("/close")
async def close(console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", reason: Reason = "") -> Response:
    """Ends the work."""
    key, why = IncidentId(incident_id), clean_text(reason).strip() or None

    async def run(session: AsyncSession) -> Incident:
        return await close_incident(session, console.region_id, key, visitor.operator, reason=why, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back, typed=Typed(note=why or ""))


@router.post("/reopen")
async def reopen(console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", reason: Reason = "") -> Response:
    """Takes the incident back to work."""
    key, why = IncidentId(incident_id), clean_text(reason).strip() or None

    async def run(session: AsyncSession) -> Incident:
        return await reopen_incident(session, console.region_id, key, visitor.operator, reason=why, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back)


@router.post("/undo")
async def undo(
    console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", from_queue: Annotated[bool, Form()] = False
) -> Response:
    """Takes back the operator's own last step; from the queue it goes back to its line there."""
    key = IncidentId(incident_id)
    after = f"{local_address(back)}#incident-{key}" if from_queue else None

    async def run(session: AsyncSession) -> Incident:
        return await undo_step(session, console.region_id, key, visitor.operator, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back, after=after)


@router.post("/merge")
async def merge(
    console: Console, visitor: Worker, incident_id: Id, version: Version, parent: Key = "", shown: Key = "", back: Back = "/"
) -> Response:
    """Puts the incident under another about the same thing; goes back to the one whose page was shown."""
    key = IncidentId(incident_id)

    async def run(session: AsyncSession) -> Incident:
        if not parent:
            raise InvalidInput("parent", "Впишите номер обращения, которое это повторяет.")
        into = IncidentId(int(parent))
        return await merge_incident(session, console.region_id, key, visitor.operator, into, version=version, now=console.now())

    page = IncidentId(int(shown)) if shown else key
    return await step(console, visitor, page, run, back=back, typed=Typed(parent="" if shown else parent))
