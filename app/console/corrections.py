"""Where an operator says that the rules were wrong: which comment answers, which place is meant, what the message is."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.access import Console, Worker
from app.console.incident_view import PREFIX, Back, Id, Key, Typed, Version, refused, step
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.domain.errors import InvalidInput
from app.domain.incident import Incident, IncidentId
from app.domain.message import MessageId
from app.domain.territory import EntryId
from app.domain.verdict import Kind
from app.domain.word import Word
from app.usecases.add_place import Addition, add_place, understand_place
from app.usecases.correct_place import Correction, correct_place
from app.usecases.correct_verdict import correct_verdict
from app.usecases.link_answer import link_answer, unlink_answer
from connectors.sdk.text import clean_text

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix=PREFIX)

Number = Annotated[int, Form(ge=1, le=2**15 - 1)]
MessageNumber = Annotated[int, Form(ge=1, le=LARGEST_ID)]


@router.post("/answers")
async def link(console: Console, visitor: Worker, incident_id: Id, version: Version, message: MessageNumber, back: Back = "/") -> Response:
    """Counts an official comment of the thread as an answer to the resident."""
    key, answer = IncidentId(incident_id), MessageId(message)

    async def run(session: AsyncSession) -> Incident:
        return await link_answer(session, console.region_id, key, visitor.operator, answer, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back)


@router.post("/answers/remove")
async def unlink(
    console: Console, visitor: Worker, incident_id: Id, version: Version, message: MessageNumber, back: Back = "/"
) -> Response:
    """Says that an official comment answers somebody else."""
    key, answer = IncidentId(incident_id), MessageId(message)

    async def run(session: AsyncSession) -> Incident:
        return await unlink_answer(session, console.region_id, key, visitor.operator, answer, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back)


@router.post("/places")
async def correct(
    console: Console, visitor: Worker, incident_id: Id, version: Version, number: Number, entry: Key = "", back: Back = "/"
) -> Response:
    """Says what a place of the message means; an empty entry is none that is listed."""
    key, correction = IncidentId(incident_id), Correction(number, EntryId(int(entry)) if entry else None)

    async def run(session: AsyncSession) -> None:
        await correct_place(session, console.region_id, key, visitor.operator, correction, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back)


@router.post("/places/add")
async def add(
    console: Console,
    visitor: Worker,
    incident_id: Id,
    version: Version,
    words: Annotated[str, Form(max_length=200)] = "",
    entry: Key = "",
    back: Back = "/",
) -> Response:
    """Says where it is, in words of the message or of one's own; what can mean several things is offered for a choice."""
    key, said = IncidentId(incident_id), clean_text(words).strip()
    try:
        if not said:
            raise InvalidInput("where", "Напишите, где это: улицу с домом, село или ориентир.")
        addition = Addition(said, EntryId(int(entry)) if entry else None)
        understood = await understand_place(console.database, console.finders, console.region_id, key, addition)
    except InvalidInput as error:
        return await refused(console, visitor, key, error, back=back, typed=Typed(where=said))

    async def run(session: AsyncSession) -> None:
        await add_place(session, console.region_id, key, visitor.operator, understood, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back)


@router.post("/verdict")
async def correct_what_it_is(
    console: Console,
    visitor: Worker,
    incident_id: Id,
    version: Version,
    kind: Annotated[Kind, Form()],
    topic: Annotated[str, Form(max_length=100)] = "",
    urgent: Annotated[bool, Form()] = False,
    back: Back = "/",
) -> Response:
    """Takes the operator's word for what the incident is; an empty topic says nothing of it."""
    key, word = IncidentId(incident_id), Word(kind, topic or None, urgent)

    async def run(session: AsyncSession) -> Incident:
        return await correct_verdict(session, console.region_id, key, visitor.operator, word, version=version, now=console.now())

    return await step(console, visitor, key, run, back=back)
