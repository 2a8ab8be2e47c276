"""The page of one incident, and the steps that an operator takes from it or straight from the queue."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.console import texts
from app.console.access import Assigner, Console, Reader, Visitor, Worker
from app.console.addresses import local_address
from app.console.incident_page import IncidentPage, read_page
from app.console.journal import Line
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.console.ready_texts import Ready, find_ready
from app.domain.authority import AuthorityId
from app.domain.errors import DomainError, InvalidInput, InvalidTransition, StaleVersion
from app.domain.incident import Incident, IncidentId
from app.domain.message import MessageId
from app.domain.operator import OperatorId
from app.domain.reply import LONGEST, ReplyId
from app.domain.territory import EntryId
from app.domain.verdict import Kind
from app.domain.word import Word
from app.storage import gazetteer
from app.storage.gazetteer import FoundEntry
from app.usecases.add_place import Addition, add_place, understand_place
from app.usecases.assign_incident import Handover, assign_incident
from app.usecases.close_incident import close_incident
from app.usecases.correct_place import Correction, correct_place
from app.usecases.correct_verdict import correct_verdict
from app.usecases.explain_incident import explain_incident
from app.usecases.link_answer import link_answer, unlink_answer
from app.usecases.merge_incident import merge_incident
from app.usecases.reject_incident import reject_incident
from app.usecases.reopen_incident import reopen_incident
from app.usecases.take_incident import take_incident
from app.usecases.undo_step import undo_step
from app.usecases.withdraw_reply import withdraw_reply
from app.usecases.write_reply import write_reply
from connectors.sdk.text import clean_text

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/incidents/{incident_id}")

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Version = Annotated[int, Form(ge=1, le=2**31 - 1)]
Number = Annotated[int, Form(ge=1, le=2**15 - 1)]
MessageNumber = Annotated[int, Form(ge=1, le=LARGEST_ID)]
Key = Annotated[str, Form(pattern=r"^\d{0,18}$")]
Reason = Annotated[str, Form(max_length=1000)]
Reply = Annotated[str, Form(max_length=3 * LONGEST)]  # a browser sends two characters for each end of a line
Back = Annotated[str, Form(max_length=4000)]
MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for as the meaning of a place, by its number, or of words to add (0), and what the gazetteer has."""

    place: int
    words: str
    found: Sequence[FoundEntry]


Run = Callable[[AsyncSession], Awaitable[Incident | None]]


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
) -> Response:
    """The incident as it is now; with what the gazetteer has for a place's other meaning, or for words that it lacks, if it is searched."""
    page = await _read(console, visitor, IncidentId(incident_id))
    words, added = clean_text(find).strip(), clean_text(where).strip()
    is_asked = bool(words and (place or added))
    async with console.database.read() as session:
        found = await gazetteer.search(session, console.region_id, words, limit=MOST_FOUND) if is_asked else []
        chosen = await find_ready(session, console, visitor, page.incident, ready)
    wanted = Search(place, words, found) if is_asked else None
    return await _shown(console, visitor, page, back=back, where=added, search=wanted, ready=chosen)


@router.post("/take")
async def take(
    console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", from_queue: Annotated[bool, Form()] = False
) -> Response:
    """Puts the incident into the operator's hands; from the queue it goes back to its line there."""
    key = IncidentId(incident_id)
    after = f"{local_address(back)}#incident-{key}" if from_queue else None

    async def run(session: AsyncSession) -> Incident:
        return await take_incident(session, console.region_id, key, visitor.operator, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back, after=after)


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

    return await _step(console, visitor, key, run, back=back)


@router.post("/reply")
async def reply(console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", text: Reply = "") -> Response:
    """Leaves a reply for a worker to publish; refused, the text stays in its field."""
    key, said = IncidentId(incident_id), clean_text(text).replace("\r\n", "\n").strip()

    async def run(session: AsyncSession) -> Incident:
        if not said:
            raise InvalidInput("reply", "Напишите ответ: пустой опубликовать нельзя.")
        return await write_reply(session, console.region_id, key, visitor.operator, said, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back, reply=said)


@router.post("/withdraw")
async def withdraw(
    console: Console, visitor: Worker, incident_id: Id, version: Version, reply: Annotated[int, Form(ge=1, le=LARGEST_ID)], back: Back = "/"
) -> Response:
    """Takes a reply back that no worker has sent yet."""
    key = IncidentId(incident_id)

    async def run(session: AsyncSession) -> Incident:
        return await withdraw_reply(session, console.region_id, key, visitor.operator, ReplyId(reply), version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back)


@router.post("/answers")
async def link(console: Console, visitor: Worker, incident_id: Id, version: Version, message: MessageNumber, back: Back = "/") -> Response:
    """Counts an official comment of the thread as an answer to the resident."""
    key, answer = IncidentId(incident_id), MessageId(message)

    async def run(session: AsyncSession) -> Incident:
        return await link_answer(session, console.region_id, key, visitor.operator, answer, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back)


@router.post("/answers/remove")
async def unlink(
    console: Console, visitor: Worker, incident_id: Id, version: Version, message: MessageNumber, back: Back = "/"
) -> Response:
    """Says that an official comment answers somebody else."""
    key, answer = IncidentId(incident_id), MessageId(message)

    async def run(session: AsyncSession) -> Incident:
        return await unlink_answer(session, console.region_id, key, visitor.operator, answer, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back)


@router.post("/reject")
async def reject(console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", reason: Reason = "") -> Response:
    """Says that nobody owes an answer, and why."""
    key, why = IncidentId(incident_id), clean_text(reason).strip()

    async def run(session: AsyncSession) -> Incident:
        if not why:
            raise InvalidInput("reason", "Напишите, почему ответ не нужен: причина останется в журнале.")
        return await reject_incident(session, console.region_id, key, visitor.operator, reason=why, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back, draft=why)


@router.post("/close")
async def close(console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", reason: Reason = "") -> Response:
    """Ends the work."""
    key, why = IncidentId(incident_id), clean_text(reason).strip() or None

    async def run(session: AsyncSession) -> Incident:
        return await close_incident(session, console.region_id, key, visitor.operator, reason=why, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back)


@router.post("/reopen")
async def reopen(console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", reason: Reason = "") -> Response:
    """Takes the incident back to work."""
    key, why = IncidentId(incident_id), clean_text(reason).strip() or None

    async def run(session: AsyncSession) -> Incident:
        return await reopen_incident(session, console.region_id, key, visitor.operator, reason=why, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back)


@router.post("/undo")
async def undo(
    console: Console, visitor: Worker, incident_id: Id, version: Version, back: Back = "/", from_queue: Annotated[bool, Form()] = False
) -> Response:
    """Takes back the operator's own last step; from the queue it goes back to its line there."""
    key = IncidentId(incident_id)
    after = f"{local_address(back)}#incident-{key}" if from_queue else None

    async def run(session: AsyncSession) -> Incident:
        return await undo_step(session, console.region_id, key, visitor.operator, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back, after=after)


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
    return await _step(console, visitor, page, run, back=back)


@router.post("/places")
async def correct(
    console: Console, visitor: Worker, incident_id: Id, version: Version, number: Number, entry: Key = "", back: Back = "/"
) -> Response:
    """Says what a place of the message means; an empty entry is none that is listed."""
    key, correction = IncidentId(incident_id), Correction(number, EntryId(int(entry)) if entry else None)

    async def run(session: AsyncSession) -> None:
        await correct_place(session, console.region_id, key, visitor.operator, correction, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back)


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
        return await _refused(console, visitor, key, error, back=back, where=said)

    async def run(session: AsyncSession) -> None:
        await add_place(session, console.region_id, key, visitor.operator, understood, version=version, now=console.now())

    return await _step(console, visitor, key, run, back=back)


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

    return await _step(console, visitor, key, run, back=back)


async def _step(
    console: Console,
    visitor: Visitor,
    incident_id: IncidentId,
    run: Run,
    *,
    back: str,
    after: str | None = None,
    draft: str = "",
    reply: str = "",
) -> Response:
    """Takes the step in its own transaction; refused, it shows the incident as it is by then, and keeps what was typed."""
    try:
        async with console.database.write() as session:
            await run(session)
    except (StaleVersion, InvalidTransition, InvalidInput) as error:
        return await _refused(console, visitor, incident_id, error, back=back, draft=draft, reply=reply)
    return RedirectResponse(after or _address(incident_id, back), 303)


async def _refused(
    console: Console,
    visitor: Visitor,
    incident_id: IncidentId,
    error: DomainError,
    *,
    back: str,
    draft: str = "",
    reply: str = "",
    where: str = "",
) -> Response:
    page = await _read(console, visitor, incident_id)
    status = 422 if isinstance(error, InvalidInput) else 409
    return await _shown(console, visitor, page, back=back, refused=error, status=status, draft=draft, reply=reply, where=where)


async def _read(console: Console, visitor: Visitor, incident_id: IncidentId) -> IncidentPage:
    explanation = await explain_incident(console.database, console.classifier, console.region_id, incident_id)
    async with console.database.read() as session:
        return await read_page(session, console, visitor, incident_id, explanation)


def _address(incident_id: IncidentId, back: str) -> str:
    return f"/incidents/{incident_id}" + ("" if local_address(back) == "/" else f"?back={quote(local_address(back), safe='')}")


async def _shown(
    console: Console,
    visitor: Visitor,
    page: IncidentPage,
    *,
    back: str,
    refused: DomainError | None = None,
    draft: str = "",
    reply: str = "",
    where: str = "",
    status: int = 200,
    search: Search | None = None,
    ready: Ready | None = None,
) -> Response:
    return console.pages.page(
        "incident.html",
        status=status,
        section="queue",
        visitor=visitor,
        times=console.times,
        page=page,
        explanation=page.explanation,
        incident=page.incident,
        back=local_address(back),
        refusal=None if refused is None else _explained(refused, page),
        draft=draft,
        reply=reply,
        where=where,
        search=search,
        ready=ready,
    )


def _explained(error: DomainError, page: IncidentPage) -> str:
    """Why the step was not taken; of a stale version, what came between."""
    if not isinstance(error, StaleVersion):
        return texts.refusal(error)
    if error.key != page.incident.id:
        return f"Обращение {error.key} тем временем изменилось: посмотрите на него ещё раз."
    return f"Пока страница была открыта, обращение изменилось. {_last_change(page.last_change)} Ниже оно такое, какое сейчас."


def _last_change(line: Line) -> str:
    return f"{line.actor} — раньше вас: «{line.text}»." if line.actor else f"Последнее: «{line.text}»."
