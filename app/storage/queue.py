"""The queue, page by page: which incidents are next under a filter.

Pages go by key, so that a page deep in the queue costs what the first one costs. What waits for a first answer, what owes a full one by
a second deadline, and the rest are read apart: each part lies in one range of an index, and is read only where the one before ends.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.incident import ENDED, WAITING, IncidentId, IncidentStatus
from app.domain.operator import OperatorId
from app.domain.source import SourceId
from app.domain.territory import EntryId
from app.domain.topic import group_of
from app.domain.verdict import Kind
from app.storage.regions import RegionId
from app.storage.sources import REAL_PAGE, TEST_PAGES


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the reader wants to see; `None` and empty mean everything.

    `topic` is one topic or, without a dot, a whole group; of `territory_ids` any may be it. `words` are searched in the residents' texts.
    `confidence_below` leaves those of whose kind the classifier was less sure, `owed` those on which nobody works and that have no answer.
    `promised` leaves those that owe a full answer by a second deadline, `promise_overdue` those of them whose deadline has passed, or not.
    `of_test_pages` shows what stands in no queue otherwise.
    """

    statuses: tuple[IncidentStatus, ...] = ()
    topic: str | None = None
    kind: Kind | None = None
    authority_id: AuthorityId | None = None
    source_id: SourceId | None = None
    assignee_id: OperatorId | None = None
    territory_ids: tuple[EntryId, ...] = ()
    overdue: bool | None = None
    owed: bool = False
    promised: bool = False
    promise_overdue: bool | None = None
    words: str | None = None
    confidence_below: float | None = None
    published_from: datetime | None = None
    published_to: datetime | None = None
    of_test_pages: bool = False


class Order(StrEnum):
    DUE = "due"
    PUBLISHED = "published"


class Part(IntEnum):
    """The parts of the queue by the number that a cursor carries."""

    REST = 0
    WAITING = 1
    PROMISED = 2


PARTS = (Part.WAITING, Part.PROMISED, Part.REST)
"""In the order of the queue."""
PROMISED = "substantive_waits AND substantive_due_at IS NOT NULL AND status NOT IN ('closed', 'rejected', 'duplicate')"
"""What owes a full answer by a second deadline; as the index `ix_incidents_promised` has it."""
WHERE = {Part.WAITING: "waiting", Part.PROMISED: f"NOT waiting AND {PROMISED}", Part.REST: f"NOT waiting AND NOT ({PROMISED})"}


@dataclass(frozen=True, slots=True)
class DuePlace:
    """A place in the order of what is due first; `due_at` is the moment by which its part is ordered."""

    part: Part
    due_at: datetime
    id: IncidentId


@dataclass(frozen=True, slots=True)
class PublishedPlace:
    """A place in the order of what was published last."""

    published_at: datetime
    id: IncidentId


async def by_due(
    session: AsyncSession, region_id: RegionId, wanted: QueueFilter, *, after: DuePlace | None, limit: int, now: datetime
) -> list[DuePlace]:
    """The next places: what waits, the earliest deadline first, then what owes a full answer by its deadline, then the rest."""
    found: list[DuePlace] = []
    for part in _parts(wanted):
        if after is not None and PARTS.index(part) < PARTS.index(after.part):
            continue
        start = after if after is not None and after.part is part else None
        query, parameters = _due(region_id, wanted, part, after=start, now=now)
        rows = await session.execute(text(query), parameters | {"limit": limit - len(found)})
        found += [DuePlace(part, row.due_at, IncidentId(row.id)) for row in rows]
        if len(found) >= limit:
            break
    return found


async def by_published(
    session: AsyncSession, region_id: RegionId, wanted: QueueFilter, *, after: PublishedPlace | None, limit: int, now: datetime
) -> list[PublishedPlace]:
    """The next places, the newest publication first."""
    query, parameters = _published(region_id, wanted, after=after, now=now)
    rows = await session.execute(text(query), parameters | {"limit": limit})
    return [PublishedPlace(row.published_at, IncidentId(row.id)) for row in rows]


async def walk(
    session: AsyncSession, region_id: RegionId, wanted: QueueFilter, *, order: Order, now: datetime, size: int
) -> AsyncIterator[Sequence[IncidentId]]:
    """Everything that is wanted in the order of the pages, `size` at a time; the session must hold one transaction all the while.

    The server keeps the place in one reading, where pages by key would look for words anew each time.
    """
    if order is Order.DUE:
        parts = [_due(region_id, wanted, part, after=None, now=now) for part in _parts(wanted)]
    else:
        parts = [_published(region_id, wanted, after=None, now=now)]
    for query, parameters in parts:
        rows = await session.stream(text(query), parameters | {"limit": None}, execution_options={"max_row_buffer": size})
        async for some in rows.partitions(size):
            yield [IncidentId(row.id) for row in some]


async def count_up_to(session: AsyncSession, region_id: RegionId, wanted: QueueFilter, *, most: int, now: datetime) -> int:
    """How many are wanted; of more than `most`, that many."""
    conditions, parameters = _unordered(region_id, wanted, now=now)
    query = f"SELECT count(*) FROM (SELECT 1 FROM incidents WHERE {' AND '.join(conditions)} LIMIT :most) AS one"
    return int(await session.scalar(text(query), parameters | {"most": most}) or 0)


def _published(region_id: RegionId, wanted: QueueFilter, *, after: PublishedPlace | None, now: datetime) -> tuple[str, dict[str, Any]]:
    conditions, parameters = _unordered(region_id, wanted, now=now)
    if after is not None:
        conditions.append("(published_at, id) < (:after_at, :after_id)")
        parameters |= {"after_at": after.published_at, "after_id": after.id}
    query = f"SELECT published_at, id FROM incidents WHERE {' AND '.join(conditions)} ORDER BY published_at DESC, id DESC LIMIT :limit"
    return query, parameters


def _unordered(region_id: RegionId, wanted: QueueFilter, *, now: datetime) -> tuple[list[str], dict[str, Any]]:
    """All conditions, for a reading that does not take what waits and what does not apart."""
    conditions, parameters = _conditions(region_id, wanted)
    if wanted.statuses:
        conditions.append("status = ANY(:statuses)")
        parameters["statuses"] = [status.value for status in wanted.statuses]
    if wanted.overdue is not None:
        conditions.append("(waiting AND queue_at < :now)" if wanted.overdue else "NOT (waiting AND queue_at < :now)")
        parameters["now"] = now
    _add_promise(wanted, conditions, parameters, now)
    return conditions, parameters


def _parts(wanted: QueueFilter) -> list[Part]:
    """The parts that can hold anything that is wanted, in the order of the queue."""
    if wanted.promised:
        return [Part.PROMISED]
    return [part for part in PARTS if _may_hold(wanted, part)]


def _may_hold(wanted: QueueFilter, part: Part) -> bool:
    statuses = set(wanted.statuses)
    match part:
        case Part.WAITING:
            return not statuses or not WAITING.isdisjoint(statuses)
        case Part.PROMISED:
            return wanted.overdue is not True and not wanted.owed and not (statuses and statuses <= ENDED)
        case Part.REST:
            return wanted.overdue is not True


def _due(region_id: RegionId, wanted: QueueFilter, part: Part, *, after: DuePlace | None, now: datetime) -> tuple[str, dict[str, Any]]:
    conditions, parameters = _conditions(region_id, wanted)
    order = "substantive_due_at" if part is Part.PROMISED else "queue_at"
    if wanted.promised:
        _add_promise(wanted, conditions, parameters, now)
    else:
        conditions.append(WHERE[part])
    if part is Part.WAITING and wanted.overdue is not None:
        conditions.append("queue_at < :now" if wanted.overdue else "queue_at >= :now")
        parameters["now"] = now
    if after is not None:
        conditions.append(f"({order}, id) > (:after_at, :after_id)")
        parameters |= {"after_at": after.due_at, "after_id": after.id}
    return _ordered(wanted, order, conditions, parameters), parameters


def _add_promise(wanted: QueueFilter, conditions: list[str], parameters: dict[str, Any], now: datetime) -> None:
    """The conditions of what owes a full answer, if only that is wanted."""
    if not wanted.promised:
        return
    conditions.append(PROMISED)
    if wanted.promise_overdue is not None:
        conditions.append("substantive_due_at < :now" if wanted.promise_overdue else "substantive_due_at >= :now")
        parameters["now"] = now


def _ordered(wanted: QueueFilter, order: str, conditions: list[str], parameters: dict[str, Any]) -> str:
    """One range of an index per status, merged: a rare status is found without walking past all the others."""
    branches = []
    for number, status in enumerate(dict.fromkeys(wanted.statuses)):
        parameters[f"status_{number}"] = status.value
        branches.append(_branch(order, [*conditions, f"status = :status_{number}"]))
    if len(branches) < 2:
        return branches[0] if branches else _branch(order, conditions)
    union = " UNION ALL ".join(f"({branch})" for branch in branches)
    return f"SELECT due_at, id FROM ({union}) AS one ORDER BY due_at, id LIMIT :limit"


def _branch(order: str, conditions: list[str]) -> str:
    return f"SELECT {order} AS due_at, id FROM incidents WHERE {' AND '.join(conditions)} ORDER BY {order}, id LIMIT :limit"


def _conditions(region_id: RegionId, wanted: QueueFilter) -> tuple[list[str], dict[str, Any]]:
    """The conditions that hold in every order. Only what is asked for enters the text, so that its plan fits it."""
    given: dict[str, tuple[str, Any]] = {
        "topic": (_topic_condition(wanted.topic), wanted.topic),
        "kind": ("kind = :kind", None if wanted.kind is None else wanted.kind.value),
        "authority": ("authority_id = :authority", wanted.authority_id),
        "source": ("source_id = :source", wanted.source_id),
        "assignee": ("assignee_id = :assignee", wanted.assignee_id),
        "confidence": ("confidence < :confidence", wanted.confidence_below),
        "territory": _territory_condition(wanted.territory_ids),
        "owed": ("ended_unanswered = :owed", wanted.owed or None),
        "words": ("search @@ websearch_to_tsquery('russian', :words)", wanted.words),
        "from": ("published_at >= :from", wanted.published_from),
        "to": ("published_at < :to", wanted.published_to),
    }
    used = {name: pair for name, pair in given.items() if pair[1] is not None}
    pages = f"source_id = ANY({TEST_PAGES})" if wanted.of_test_pages else f"source_id {REAL_PAGE}"
    conditions = ["region_id = :region", pages, *(condition for condition, _ in used.values())]
    return conditions, {"region": region_id, **{name: value for name, (_, value) in used.items()}}


def _territory_condition(territory_ids: tuple[EntryId, ...]) -> tuple[str, Any]:
    """One is compared alone, so that its range of the index is read in the order of the queue."""
    if len(territory_ids) == 1:
        return "territory_id = :territory", territory_ids[0]
    return "territory_id = ANY(CAST(:territory AS bigint[]))", list(territory_ids) or None


def _topic_condition(topic: str | None) -> str:
    """A group is compared as its index holds it."""
    return "topic = :topic" if topic is not None and group_of(topic) != topic else "split_part(topic, '.', 1) = :topic"
