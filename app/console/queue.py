"""The queue as a page: what is due first, filters that live in the address, and a part that renews itself."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from app.console.access import Console, Reader, Visitor
from app.console.outcome import Outcome, outcome_of, outcome_of_full, outcome_of_merged
from app.console.page_route import PageRoute
from app.console.queue_query import EVERY, QueueQuery, read_query
from app.console.steps import possible_steps
from app.console.territories import territory_ids, tree_of
from app.console.times import Times
from app.domain.incident import IncidentStatus
from app.storage import gazetteer, incident_details, masses, queue, queue_counts, sources, surges
from app.storage.incident_details import IncidentDetails
from app.storage.queue_counts import COUNTED_TO, QueueCounts
from app.usecases.change_topics import titles_of_topics, topics_in_force
from app.usecases.hide_people import incidents_for
from app.usecases.take_steps import StepName

PAGE_SIZE = 50
MOST_SOURCES = 500
MOST_SURGES = 5

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Tab:
    """A ready filter with the number of incidents under it."""

    name: str
    address: str
    count: int | None
    is_chosen: bool
    is_alarming: bool = False

    @property
    def shown(self) -> str:
        """The number, or that it is a thousand or more."""
        return "" if self.count is None else f"{COUNTED_TO - 1}+" if self.count >= COUNTED_TO else str(self.count)


@dataclass(frozen=True, slots=True)
class Row:
    """An incident as one line of the queue; `merged` is the deadline of a repetition that comes before its own, `full` the second one."""

    incident: IncidentDetails
    outcome: Outcome
    can_be_taken: bool
    can_be_marked: bool
    merged: Outcome | None = None
    full: Outcome | None = None


@router.get("/")
async def show_queue(request: Request, console: Console, visitor: Reader) -> Response:
    """The whole page."""
    query = read_query(request.query_params)
    values = await _part(console, visitor, query)
    async with console.database.read() as session:
        registered = await sources.listed(session, console.region_id, limit=MOST_SOURCES)
        taxonomy = await topics_in_force(session, console.region_id)
        territories = await gazetteer.territories(session, console.region_id)
    pages = sorted(registered, key=lambda one: (one.source.name.casefold(), one.source.id))
    return console.pages.page("queue.html", pages=pages, topic_groups=taxonomy.groups, territories=tree_of(territories), **values)


@router.get("/queue")
async def show_part(request: Request, console: Console, visitor: Reader) -> Response:
    """What renews itself: counters and rows; 304 when nothing has changed."""
    answer = console.pages.page("queue_part.html", **await _part(console, visitor, read_query(request.query_params)))
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer


async def _part(console: Console, visitor: Visitor, query: QueueQuery) -> dict[str, Any]:
    times, operator_id, sure_from = console.times, visitor.operator.id, console.classifier.sure_from
    async with console.database.read() as session:
        inside = await territory_ids(session, console.region_id, query.territory_id)
        wanted = query.to_filter(operator_id, sure_from, inside)
        places = await queue.by_due(session, console.region_id, wanted, after=query.after, limit=PAGE_SIZE + 1, now=times.now)
        shown = places[:PAGE_SIZE]
        found = incidents_for(visitor.operator, await incident_details.of_ids(session, console.region_id, [place.id for place in shown]))
        titles = await titles_of_topics(session, console.region_id)
        lasting = await surges.listed(session, console.region_id, only_open=True, before=None, limit=MOST_SURGES)
        proposed = await masses.count_open(session, console.region_id)
        counts = await queue_counts.count(session, console.region_id, operator_id, sure_from=sure_from, now=times.now)
    return {
        "section": "queue",
        "visitor": visitor,
        "times": times,
        "query": query,
        "titles": titles,
        "surges": lasting,
        "masses": proposed,
        "tabs": list(_tabs(query, counts)),
        "rows": [_row(one, visitor, times) for one in found],
        "next": query.at(shown[-1]).address() if len(places) > PAGE_SIZE else None,
        "first": query.at(None).address() if query.after else None,
        "here": query.address(),
    }


def _row(incident: IncidentDetails, visitor: Visitor, times: Times) -> Row:
    steps = possible_steps(incident, visitor.operator, now=times.now)
    can_be_marked = not steps.isdisjoint(StepName)
    merged, full = outcome_of_merged(incident, times), outcome_of_full(incident, times)
    return Row(incident, outcome_of(incident, times), "take" in steps, can_be_marked, merged, full)


def _tabs(query: QueueQuery, counts: QueueCounts) -> Iterator[Tab]:
    by_status = counts.by_status
    to_do = by_status[IncidentStatus.NEW] + by_status[IncidentStatus.ASSIGNED] + by_status[IncidentStatus.IN_PROGRESS]
    given: Sequence[tuple[str, QueueQuery, int | None]] = [
        ("Ждут ответа", QueueQuery(), to_do),
        ("Просрочены", QueueQuery(overdue=True), counts.overdue),
        ("Новые", QueueQuery(status=IncidentStatus.NEW), by_status[IncidentStatus.NEW]),
        ("Назначены", QueueQuery(status=IncidentStatus.ASSIGNED), by_status[IncidentStatus.ASSIGNED]),
        ("В работе", QueueQuery(status=IncidentStatus.IN_PROGRESS), by_status[IncidentStatus.IN_PROGRESS]),
        ("Мои", QueueQuery(mine=True), counts.mine),
        ("Не уверены", QueueQuery(unsure=True), counts.unsure),
        ("Повторы без ответа", QueueQuery(status=IncidentStatus.DUPLICATE, owed=True), counts.owed),
        ("Ждут полного ответа", QueueQuery(status=EVERY, promised=True), counts.promised),
        ("Отвечены", QueueQuery(status=IncidentStatus.ANSWERED), by_status[IncidentStatus.ANSWERED]),
        ("Все", QueueQuery(status=EVERY), None),
    ]
    for name, wanted, count in given:
        if wanted.owed and not (counts.owed or query.owed):
            continue
        if wanted.promised and not (counts.promised or query.promised):
            continue
        chosen = _lane(query) == _lane(wanted)
        is_alarming = (wanted.overdue and bool(count)) or (wanted.promised and bool(counts.promise_overdue))
        yield Tab(name, wanted.address(), count, chosen, is_alarming)


def _lane(query: QueueQuery) -> tuple[object, ...]:
    return query.status, query.overdue, query.mine, query.unsure, query.owed, query.promised
