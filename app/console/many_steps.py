"""One step with all that is marked in the queue: first what would happen, then what did, and the way back."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.console import texts
from app.console.access import Console, Visitor, Worker
from app.console.addresses import local_address
from app.console.outcome import Outcome, outcome_of
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.domain.authority import AuthorityId
from app.domain.errors import DomainError, InvalidInput
from app.domain.incident import IncidentId, IncidentStatus
from app.domain.operator import Act, OperatorId
from app.storage import assignees, authorities, incident_details
from app.storage.incident_details import IncidentDetails
from app.usecases.assign_incident import Handover
from app.usecases.take_steps import MOST, Chosen, Order, Result, StepName, judge_steps, take_steps
from connectors.sdk.text import clean_text

MOST_AUTHORITIES = 500
LARGEST_VERSION = 2**31 - 1

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/steps")

Marked = Annotated[list[str], Form(max_length=4 * MOST)]
Key = Annotated[str, Form(pattern=r"^\d{0,18}$")]
Back = Annotated[str, Form(max_length=4000)]
Reason = Annotated[str, Form(max_length=1000)]


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been filled in beside the marks."""

    assignee: str = ""
    authority: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An incident with what would become of it, or did; `moved`: it has changed since it was marked. None of it where there is no such."""

    id: IncidentId
    incident: IncidentDetails | None
    outcome: Outcome | None
    after: IncidentStatus | None
    version: int | None
    refusal: str | None
    moved: bool = False


@router.post("")
async def preview(console: Console, visitor: Worker, step: Annotated[StepName, Form()], chosen: Marked = [], back: Back = "/") -> Response:  # noqa: B006
    """What the step would do with each, and the form that says how; nothing changes."""
    return await _asked(console, visitor, step, _marks(chosen), back, Draft())


@router.post("/take")
async def take(
    console: Console,
    visitor: Worker,
    step: Annotated[StepName, Form()],
    chosen: Marked = [],  # noqa: B006
    offered: Marked = [],  # noqa: B006
    back: Back = "/",
    assignee: Key = "",
    authority: Key = "",
    reason: Reason = "",
) -> Response:
    """Takes the step with each and tells what became of it; an order that lacks something goes back to its form, whole."""
    marks, draft = _marks(chosen), Draft(assignee, authority, clean_text(reason).strip())
    handover = Handover(OperatorId(int(assignee)) if assignee else None, AuthorityId(int(authority)) if authority else None)
    order = Order(step, handover, draft.reason or None)
    try:
        _must_be_whole(order, marks)
        async with console.database.write() as session:
            results = await take_steps(session, console.region_id, marks, visitor.operator, order, now=console.now())
    except InvalidInput as error:
        ticked = {one.incident_id for one in marks}
        return await _asked(console, visitor, step, _marks([*offered, *chosen]), back, draft, ticked=ticked, refused=error)
    async with console.database.read() as session:
        rows = list(await _rows(session, console, marks, results))
    return console.pages.page(
        "many_results.html",
        section="queue",
        visitor=visitor,
        times=console.times,
        step=step,
        taken=[row for row in rows if row.refusal is None],
        refused=[row for row in rows if row.refusal is not None],
        back=local_address(back),
    )


def _must_be_whole(order: Order, marks: Sequence[Chosen]) -> None:
    if not marks:
        raise InvalidInput("marks", "Отметьте хотя бы одно обращение.")
    if order.step is StepName.ASSIGN and order.handover == Handover():
        raise InvalidInput("assignee", "Выберите, кому передать: сотрудника, ведомство или обоих.")
    if order.step is StepName.REJECT and not order.reason:
        raise InvalidInput("reason", "Напишите, почему ответ не нужен: причина останется в журнале каждого обращения.")


async def _asked(
    console: Console,
    visitor: Visitor,
    step: StepName,
    marks: Sequence[Chosen],
    back: str,
    draft: Draft,
    *,
    ticked: Collection[IncidentId] | None = None,
    refused: DomainError | None = None,
) -> Response:
    if step is StepName.ASSIGN:
        visitor.operator.must(Act.ASSIGN)
    async with console.database.read() as session:
        details = {one.id: one for one in await incident_details.of_ids(session, console.region_id, [one.incident_id for one in marks])}
        now = [Chosen(one.incident_id, details[one.incident_id].version) for one in marks if one.incident_id in details]
        moved = {one.incident_id for one in marks if one not in now}
        judged = await judge_steps(session, console.region_id, now, visitor.operator, Order(step), now=console.now())
        rows = list(_shown(console, now, judged, details, moved))
        is_handover = step is StepName.ASSIGN
        people = await assignees.listed(session) if is_handover else ()
        bodies = await authorities.listed(session, console.region_id, after=None, limit=MOST_AUTHORITIES) if is_handover else ()
    return console.pages.page(
        "many_steps.html",
        status=200 if refused is None else 422,
        section="queue",
        visitor=visitor,
        times=console.times,
        step=step,
        possible=[row for row in rows if row.refusal is None],
        refused=[row for row in rows if row.refusal is not None],
        lost=len(marks) - len(now),
        ticked={one.incident_id for one in now} if ticked is None else ticked,
        assignees=people,
        authorities=sorted(bodies, key=lambda one: one.name.casefold()),
        draft=draft,
        problem=None if refused is None else texts.refusal(refused),
        back=local_address(back),
    )


async def _rows(session: AsyncSession, console: Console, marks: Sequence[Chosen], results: Sequence[Result]) -> Iterator[Row]:
    details = {one.id: one for one in await incident_details.of_ids(session, console.region_id, [one.incident_id for one in marks])}
    return _shown(console, marks, results, details, frozenset())


def _shown(
    console: Console,
    marks: Sequence[Chosen],
    results: Sequence[Result],
    details: dict[IncidentId, IncidentDetails],
    moved: set[IncidentId] | frozenset[IncidentId],
) -> Iterator[Row]:
    for mark, result in zip(marks, results, strict=True):
        found, after = details.get(mark.incident_id), result.incident
        yield Row(
            mark.incident_id,
            found,
            None if found is None else outcome_of(found, console.times),
            None if after is None else after.status,
            mark.version if after is None else after.version,
            None if result.refused is None else texts.refusal(result.refused),
            mark.incident_id in moved,
        )


def _marks(written: Sequence[str]) -> list[Chosen]:
    """The marks of a form, each incident once; what is no mark is passed over, as after a slip of the pen."""
    marks: dict[IncidentId, Chosen] = {}
    for one in written:
        key, _, version = one.partition(".")
        if _is_number(key, LARGEST_ID) and _is_number(version, LARGEST_VERSION):
            marks.setdefault(IncidentId(int(key)), Chosen(IncidentId(int(key)), int(version)))
    if len(marks) > MOST:
        raise InvalidInput("marks", f"За один раз — не больше {MOST} обращений.")
    return list(marks.values())


def _is_number(written: str, largest: int) -> bool:
    return written.isascii() and written.isdecimal() and len(written) < 20 and 1 <= int(written) <= largest
