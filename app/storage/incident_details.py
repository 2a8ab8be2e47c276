"""Incidents as people see them: with their page, their messages, their turns and the answers they got."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import accumulate, pairwise
from typing import Any

from sqlalchemy import TextualSelect, column, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.answer import AnswerClass
from app.domain.authority import AuthorityId
from app.domain.errors import NotFound
from app.domain.incident import ENDED, IncidentId, IncidentStatus
from app.domain.message import MessageId
from app.domain.reply import ReplyState
from app.domain.turn import Stop, Turn, TurnFlag
from app.domain.wait_parts import Custody, Part, hand_overs, parts_of
from app.storage import places
from app.storage.places import ShownPlace
from app.storage.regions import RegionId
from app.storage.wait_parts import GIVEN, HANDED
from connectors.sdk.contract import DIRECT_DIALOGUE


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a number and a name: an authority, an operator."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What was merged into an incident: how many, how many of them still wait for an answer, the earliest question and deadline."""

    count: int
    unanswered: int
    earliest_published_at: datetime
    next_due_at: datetime | None


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
    """A message of a resident or an official as it stands now; `url` is `None` for who may not see it."""

    id: int
    url: str | None
    text: str | None
    author_id: str | None
    author_name: str | None
    published_at: datetime
    collected_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    erased_at: datetime | None
    post_id: str

    @property
    def is_private(self) -> bool:
        """Whether it stands in a private dialogue, whose addresses name the person."""
        return self.post_id.startswith(DIRECT_DIALOGUE)


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
class ShownReply:
    """A reply that was written here, and what became of it."""

    id: int
    text: str
    state: ReplyState
    written_at: datetime
    settled_at: datetime | None
    url: str | None
    error: str | None
    operator: Named


@dataclass(frozen=True, slots=True)
class IncidentDetails:
    """One incident with everything around it. `answers`, `replies`, `custody` and `bodies`, whom it names, are filled by `get` only."""

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
    substantive_due_at: datetime | None
    substantive_waits: bool
    source: ShownSource
    authority: Named | None
    assignee: Named | None
    message: ShownMessage | None
    first_answer: ShownMessage | None
    turns: tuple[Turn, ...]
    parent_id: IncidentId | None = None
    merged: Merged | None = None
    territory: Named | None = None
    places: tuple[ShownPlace, ...] = ()
    answers: tuple[ShownAnswer, ...] = ()
    replies: tuple[ShownReply, ...] = ()
    custody: Custody | None = None
    bodies: Mapping[AuthorityId, str] = field(default_factory=dict)

    @property
    def time_to_first_answer_seconds(self) -> float | None:
        """From the question to its answer, on the network's clock."""
        waits = (turn.time_to_first_answer for turn in self.turns if turn.first is not None)
        first = next(waits, None)
        return None if first is None else first.total_seconds()

    def parts_of(self, turn: Turn, now: datetime) -> tuple[Part, ...]:
        """What the wait of a turn is made of so far; nothing where no answer is owed."""
        if self.custody is None or turn.dismissed:
            return ()
        answered_at = None if turn.first is None else turn.first.at
        ended_at = turn.withdrawn_at or turn.no_reply_at or answered_at or now
        return parts_of(turn.started_at, turn.collected_at, ended_at, self.custody)

    def is_overdue(self, now: datetime) -> bool:
        """Whether an answer is owed and its deadline has passed."""
        return self.waiting and self.first_answer_due_at is not None and self.first_answer_due_at < now

    def owes_full_answer(self) -> bool:
        """Whether a full answer is due and somebody still has to give it."""
        return self.substantive_waits and self.substantive_due_at is not None and self.status not in ENDED

    def is_substantive_overdue(self, now: datetime) -> bool:
        """Whether a full answer is owed and the second deadline has passed."""
        return self.owes_full_answer() and self.substantive_due_at is not None and self.substantive_due_at < now


OWN_FIELDS = (
    *("id", "status", "kind", "topic", "urgent", "confidence", "version", "published_at", "collected_at", "opened_at", "assigned_at"),
    *("closed_at", "first_answer_due_at", "first_answered_at", "first_answer_class", "waiting", "parent_id"),
    *("substantive_due_at", "substantive_waits"),
)
SOURCE_FIELDS = ("id", "network", "name", "url", "official")
PLACE_FIELDS = ("month", "message_id", "first_answer_message_id")
MERGED_FIELDS = ("merged", "unanswered", "earliest_published_at", "next_due_at")
TURN_FIELDS = (
    *("number", "question_id", "started_at", "collected_at", "urgent", "repeats", "due_at", "acked_at", "moved_to_private_at"),
    *("first_answered_at", "first_answer_id", "first_answer_class", "substantive_at", "substantive_id", "substantive_class"),
    *("substantive_due_at", "policy_id", "withdrawn_at", "dismissed", "no_reply_at", "flags"),
)
MESSAGE_FIELDS = (
    *("id", "url", "text", "author_id", "author_name", "published_at", "collected_at", "edited_at", "deleted_at", "erased_at"),
    "post_id",
)
ANSWER_FIELDS = ("answer_class", "rule", "account", "authority_id", "bound_by")
MESSAGE_WIDTH = len(MESSAGE_FIELDS)


def _of(table: str, names: Sequence[str]) -> list[str]:
    return [f"{table}.{name}" for name in names]


def _described(statement: str, columns: Sequence[str]) -> TextualSelect:
    """A statement that says its columns, so that what comes back is worked out once and not for every request."""
    return text(statement.replace("{columns}", ", ".join(columns))).columns(*(column(name.replace(".", "_")) for name in columns))


AROUND = (
    _of("i", OWN_FIELDS),
    _of("s", SOURCE_FIELDS),
    _of("a", ("id", "name")),
    _of("o", ("id", "name")),
    _of("g", ("id", "type", "name")),
    _of("i", PLACE_FIELDS),
    _of("d", MERGED_FIELDS),
)
PARTS = (*AROUND, _of("t", TURN_FIELDS))
EDGES = list(accumulate(map(len, PARTS), initial=0))
OWN, SOURCE, AUTHORITY, ASSIGNEE, TERRITORY, PLACE, MERGED, TURN = (slice(*edges) for edges in pairwise(EDGES))
FROM_INCIDENTS = (
    " FROM incidents i JOIN sources s ON s.id = i.source_id LEFT JOIN authorities a ON a.id = i.authority_id"
    " LEFT JOIN operators o ON o.id = i.assignee_id"
    " LEFT JOIN gazetteer_entries g ON g.region_id = i.region_id AND g.id = i.territory_id"
    " LEFT JOIN LATERAL (SELECT count(*) AS merged, count(*) FILTER (WHERE m.ended_unanswered) AS unanswered,"
    " min(m.published_at) AS earliest_published_at, min(m.first_answer_due_at) FILTER (WHERE m.ended_unanswered) AS next_due_at"
    " FROM incidents m WHERE m.region_id = i.region_id AND m.parent_id = i.id) d ON true"
)
INCIDENTS = _described(
    f"SELECT {{columns}}{FROM_INCIDENTS} LEFT JOIN turns t ON t.region_id = i.region_id AND t.incident_id = i.id"
    " WHERE i.region_id = :region AND i.id = ANY(:ids) ORDER BY i.id, t.number",
    [name for part in PARTS for name in part],
)
MESSAGES = _described(
    "SELECT {columns} FROM messages m WHERE m.region_id = :region AND m.month = ANY(:months) AND m.id = ANY(:ids)",
    _of("m", MESSAGE_FIELDS),
)
AT_THE_END = ("turns", "messages", "replies", "owner_id", "owner_name", "handed")
ONE = text(
    f"SELECT {', '.join(name for part in AROUND for name in part)},"
    f" ARRAY(SELECT ROW({', '.join(_of('t', TURN_FIELDS))}) FROM turns t"
    " WHERE t.region_id = i.region_id AND t.incident_id = i.id ORDER BY t.number),"
    f" ARRAY(SELECT ROW({', '.join([*_of('m', MESSAGE_FIELDS), *_of('b', ANSWER_FIELDS)])}) FROM messages m"
    " LEFT JOIN answers b ON b.region_id = m.region_id AND b.incident_id = i.id AND b.message_id = m.id"
    " WHERE m.region_id = i.region_id AND m.month = i.month AND m.id = ANY(ARRAY[i.message_id, i.first_answer_message_id]"
    " || ARRAY(SELECT message_id FROM answers WHERE region_id = i.region_id AND incident_id = i.id)) ORDER BY m.published_at, m.id),"
    " ARRAY(SELECT ROW(r.id, r.text, r.state, r.written_at, r.settled_at, r.url, r.error, w.id, w.name) FROM replies r"
    " JOIN operators w ON w.id = r.operator_id WHERE r.region_id = i.region_id AND r.incident_id = i.id ORDER BY r.id),"
    " i.owner_id, (SELECT name FROM authorities WHERE id = i.owner_id), ARRAY(SELECT ROW(b.id, b.name, e.type = 'undone', e.at)"
    f" FROM incident_events e LEFT JOIN authorities b ON b.id = {GIVEN} WHERE e.region_id = i.region_id AND e.incident_id = i.id"
    f" AND {HANDED} ORDER BY e.id)"
    f"{FROM_INCIDENTS} WHERE i.region_id = :region AND i.id = :id"
).columns(*(column(f"c{number}") for number in range(EDGES[-2])), *map(column, AT_THE_END))
"""One incident with everything around it in one trip: turns and messages come as arrays of rows."""


async def get(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> IncidentDetails:
    """One incident with its answers; `NotFound` when there is none."""
    row = (await session.execute(ONE, {"region": region_id, "id": incident_id})).one_or_none()
    if row is None:
        raise NotFound("incident", incident_id)
    *_, turns, messages, replies, owner_id, owner_name, handed = row
    shown: dict[int, ShownMessage] = {}
    answers = []
    for one in map(tuple, messages):
        message = ShownMessage(*one[:MESSAGE_WIDTH])
        shown[message.id] = message
        if one[MESSAGE_WIDTH] is not None:
            answers.append(ShownAnswer(message, *one[MESSAGE_WIDTH:]))
    named = await places.of_incidents(session, region_id, [incident_id])
    details = _details(row, shown, turns, named.get(incident_id, ()), tuple(answers))
    return replace(
        details,
        replies=tuple(_reply(*reply) for reply in replies),
        custody=Custody(owner_id, details.opened_at, hand_overs((undone, key, at) for key, _, undone, at in handed)),
        bodies={AuthorityId(key): name for key, name, *_ in [(owner_id, owner_name), *handed] if key is not None},
    )


async def of_ids(session: AsyncSession, region_id: RegionId, ids: Sequence[IncidentId]) -> list[IncidentDetails]:
    """Incidents in the order of `ids`, without their answers."""
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in await session.execute(INCIDENTS, {"region": region_id, "ids": list(ids)}):
        grouped[row[0]].append(row)
    kept = [rows[0][PLACE] for rows in grouped.values()]
    months: set[date] = {month for month, *_ in kept}
    messages = [one for _, *both in kept for one in both if one is not None]
    found = await session.execute(MESSAGES, {"region": region_id, "months": list(months), "ids": messages})
    shown = {message.id: message for message in (ShownMessage(*row) for row in found)}
    turns = {one: [row[TURN] for row in rows if row[TURN][0] is not None] for one, rows in grouped.items()}
    named = await places.of_incidents(session, region_id, ids)
    return [_details(grouped[one][0], shown, turns[one], named.get(one, ()), ()) for one in ids if one in grouped]


def _details(
    row: Sequence[Any],
    shown: Mapping[int, ShownMessage],
    turns: Sequence[Sequence[Any]],
    named: tuple[ShownPlace, ...],
    answers: tuple[ShownAnswer, ...],
) -> IncidentDetails:
    """An incident's row with what was found around it, as one value."""
    _, message_id, answer_id = row[PLACE]
    own: dict[str, Any] = dict(zip(OWN_FIELDS, row[OWN], strict=True))
    return IncidentDetails(
        **own | {"status": IncidentStatus(own["status"])},
        source=ShownSource(*row[SOURCE]),
        authority=_named(*row[AUTHORITY]),
        assignee=_named(*row[ASSIGNEE]),
        message=shown.get(message_id),
        first_answer=shown.get(answer_id),
        turns=tuple(_turn(*turn) for turn in turns),
        merged=_merged(*row[MERGED]),
        territory=_territory(*row[TERRITORY]),
        places=named,
        answers=answers,
    )


def _reply(*row: Any) -> ShownReply:
    key, said, state, written_at, settled_at, url, error, operator_id, name = row
    return ShownReply(key, said, ReplyState(state), written_at, settled_at, url, error, Named(operator_id, name))


def _territory(key: int | None, type_: str | None, name: str | None) -> Named | None:
    return None if key is None else Named(key, f"{type_} {name}".strip())


def _merged(count: int, unanswered: int, earliest: datetime | None, next_due: datetime | None) -> Merged | None:
    return None if earliest is None else Merged(count, unanswered, earliest, next_due)


def _named(key: int | None, name: str | None) -> Named | None:
    return None if key is None or name is None else Named(key, name)


def _stop(at: datetime | None, message_id: int | None, answer_class: str | None) -> Stop | None:
    if at is None or message_id is None or answer_class is None:
        return None
    return Stop(MessageId(message_id), AnswerClass(answer_class), at)


def _turn(number: int, question_id: int, started_at: datetime, collected_at: datetime, *rest: Any) -> Turn:
    urgent, repeats, due_at, acked_at, moved_at, *stops, full_due_at, policy_id, withdrawn_at, dismissed, no_reply_at, flags = rest
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
        no_reply_at=no_reply_at,
        policy_id=policy_id,
        substantive_due_at=full_due_at,
        owes_substantive=full_due_at is not None and stops[3] is None,
    )
