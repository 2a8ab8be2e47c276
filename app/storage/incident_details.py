"""Incidents as people see them: with their page, their messages, their turns and the answers they got."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.answer import AnswerClass
from app.domain.errors import NotFound
from app.domain.incident import IncidentId, IncidentStatus
from app.domain.message import MessageId
from app.domain.turn import Stop, Turn, TurnFlag
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a number and a name: an authority, an operator."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ShownSource:
    """The page on which an incident was found."""

    id: int
    network: str
    name: str
    url: str
    official: bool


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message of a resident or an official as it stands now."""

    id: int
    url: str
    text: str | None
    author_id: str | None
    author_name: str | None
    published_at: datetime
    collected_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An official message bound to the incident, with what it is worth and why."""

    message: ShownMessage
    answer_class: str
    rule: str
    account: str
    authority_id: int | None
    bound_by: str


@dataclass(frozen=True, slots=True)
class IncidentDetails:
    """One incident with everything around it. `answers` are filled by `get` only."""

    id: IncidentId
    status: IncidentStatus
    kind: str
    topic: str | None
    urgent: bool
    confidence: float | None
    version: int
    published_at: datetime
    collected_at: datetime
    opened_at: datetime
    assigned_at: datetime | None
    closed_at: datetime | None
    first_answer_due_at: datetime | None
    first_answered_at: datetime | None
    first_answer_class: str | None
    waiting: bool
    source: ShownSource
    authority: Named | None
    assignee: Named | None
    message: ShownMessage | None
    first_answer: ShownMessage | None
    turns: tuple[Turn, ...]
    answers: tuple[ShownAnswer, ...] = ()

    @property
    def time_to_first_answer_seconds(self) -> float | None:
        """From the question to its answer, on the network's clock."""
        waits = (turn.time_to_first_answer for turn in self.turns if turn.first is not None)
        first = next(waits, None)
        return None if first is None else first.total_seconds()

    def is_overdue(self, now: datetime) -> bool:
        """Whether an answer is owed and its deadline has passed."""
        return self.waiting and self.first_answer_due_at is not None and self.first_answer_due_at < now


OWN_FIELDS = (
    *("id", "status", "kind", "topic", "urgent", "confidence", "version", "published_at", "collected_at", "opened_at", "assigned_at"),
    *("closed_at", "first_answer_due_at", "first_answered_at", "first_answer_class", "waiting"),
)
INCIDENTS = text(
    f"SELECT {', '.join(f'i.{name}' for name in OWN_FIELDS)}, s.id, s.network, s.name, s.url, s.official, a.id, a.name, o.id, o.name,"
    " i.month, i.message_id, i.first_answer_message_id, t.number, t.question_id, t.started_at, t.collected_at, t.urgent, t.repeats,"
    " t.due_at, t.acked_at, t.moved_to_private_at, t.first_answered_at, t.first_answer_id, t.first_answer_class, t.substantive_at,"
    " t.substantive_id, t.substantive_class, t.withdrawn_at, t.dismissed, t.flags"
    " FROM incidents i JOIN sources s ON s.id = i.source_id LEFT JOIN authorities a ON a.id = i.authority_id"
    " LEFT JOIN operators o ON o.id = i.assignee_id LEFT JOIN turns t ON t.region_id = i.region_id AND t.incident_id = i.id"
    " WHERE i.region_id = :region AND i.id = ANY(:ids) ORDER BY i.id, t.number"
)
MESSAGE_COLUMNS = "m.id, m.url, m.text, m.author_id, m.author_name, m.published_at, m.collected_at, m.edited_at, m.deleted_at"
MESSAGES = text(f"SELECT {MESSAGE_COLUMNS} FROM messages m WHERE m.region_id = :region AND m.month = ANY(:months) AND m.id = ANY(:ids)")
MESSAGES_WITH_ANSWERS = text(
    f"SELECT {MESSAGE_COLUMNS}, a.answer_class, a.rule, a.account, a.authority_id, a.bound_by FROM messages m"
    " LEFT JOIN answers a ON a.region_id = m.region_id AND a.incident_id = :incident AND a.message_id = m.id"
    " WHERE m.region_id = :region AND m.month = :month AND m.id = ANY(CAST(:ids AS bigint[])"
    " || ARRAY(SELECT message_id FROM answers WHERE region_id = :region AND incident_id = :incident)) ORDER BY m.published_at, m.id"
)
OWN, SOURCE, AUTHORITY, ASSIGNEE, PLACE, TURN = slice(0, 16), slice(16, 21), slice(21, 23), slice(23, 25), slice(25, 28), slice(28, None)
MESSAGE_WIDTH = 9


async def get(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> IncidentDetails:
    """One incident with its answers; `NotFound` when there is none."""
    rows = (await session.execute(INCIDENTS, {"region": region_id, "ids": [incident_id]})).all()
    if not rows:
        raise NotFound("incident", incident_id)
    month, *messages = rows[0][PLACE]
    found = await session.execute(
        MESSAGES_WITH_ANSWERS,
        {"region": region_id, "incident": incident_id, "month": month, "ids": [one for one in messages if one is not None]},
    )
    shown: dict[int, ShownMessage] = {}
    answers = []
    for row in found:
        message = shown[row.id] = ShownMessage(*row[:MESSAGE_WIDTH])
        if row.answer_class is not None:
            answers.append(ShownAnswer(message, *row[MESSAGE_WIDTH:]))
    return _details(rows, shown, tuple(answers))


async def of_ids(session: AsyncSession, region_id: RegionId, ids: Sequence[IncidentId]) -> list[IncidentDetails]:
    """Incidents in the order of `ids`, without their answers."""
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in await session.execute(INCIDENTS, {"region": region_id, "ids": list(ids)}):
        grouped[row[0]].append(row)
    places = [rows[0][PLACE] for rows in grouped.values()]
    months: set[date] = {month for month, *_ in places}
    messages = [one for _, *both in places for one in both if one is not None]
    found = await session.execute(MESSAGES, {"region": region_id, "months": list(months), "ids": messages})
    shown = {row.id: ShownMessage(*row) for row in found}
    return [_details(grouped[one], shown, ()) for one in ids if one in grouped]


def _details(rows: Sequence[Any], shown: Mapping[int, ShownMessage], answers: tuple[ShownAnswer, ...]) -> IncidentDetails:
    """Rows of one incident, one for each of its turns, as one value."""
    row = rows[0]
    _, message_id, answer_id = row[PLACE]
    own: dict[str, Any] = dict(zip(OWN_FIELDS, row[OWN], strict=True))
    return IncidentDetails(
        **own | {"status": IncidentStatus(own["status"])},
        source=ShownSource(*row[SOURCE]),
        authority=_named(*row[AUTHORITY]),
        assignee=_named(*row[ASSIGNEE]),
        message=shown.get(message_id),
        first_answer=shown.get(answer_id),
        turns=tuple(_turn(*one[TURN]) for one in rows if one[TURN][0] is not None),
        answers=answers,
    )


def _named(key: int | None, name: str | None) -> Named | None:
    return None if key is None or name is None else Named(key, name)


def _stop(at: datetime | None, message_id: int | None, answer_class: str | None) -> Stop | None:
    if at is None or message_id is None or answer_class is None:
        return None
    return Stop(MessageId(message_id), AnswerClass(answer_class), at)


def _turn(number: int, question_id: int, started_at: datetime, collected_at: datetime, *rest: Any) -> Turn:
    urgent, repeats, due_at, acked_at, moved_at, *stops, withdrawn_at, dismissed, flags = rest
    return Turn(
        number,
        MessageId(question_id),
        started_at,
        collected_at,
        urgent,
        repeats,
        due_at,
        acked_at,
        moved_at,
        _stop(*stops[:3]),
        _stop(*stops[3:]),
        withdrawn_at,
        dismissed,
        frozenset(TurnFlag(flag) for flag in flags if flag),
    )
