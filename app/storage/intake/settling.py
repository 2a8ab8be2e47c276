"""What settling a thread writes, in one statement: incidents opened and changed, their logs, their turns and answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.answer import Answer
from app.domain.authority import AuthorityId
from app.domain.deadline import PolicyId
from app.domain.event import Event
from app.domain.incident import IncidentId, IncidentStatus
from app.domain.territory import EntryId
from app.domain.turn import Turn
from app.storage import answers, clocks, events, turns
from app.storage.clocks import Clocks
from app.storage.columns import Columns, document_of, names_of, rows_from
from app.storage.incidents import Opening
from app.storage.messages import ThreadKey


@dataclass(frozen=True, slots=True)
class NewIncident:
    """An incident to open for a resident of a thread; `owner_id` is the body of its page, which has it unless another is given it."""

    author_id: str
    opening: Opening
    owner_id: AuthorityId | None
    authority_id: AuthorityId | None
    status: IncidentStatus
    clocks: Clocks
    territory_id: EntryId | None = None


@dataclass(frozen=True, slots=True)
class ChangedIncident:
    """What a conversation's news make of an incident."""

    id: IncidentId
    status: IncidentStatus
    opening: Opening
    clocks: Clocks


def provisional(position: int) -> IncidentId:
    """The id under which an incident's log, turns and answers are given before it has one: by its place among the new ones."""
    return IncidentId(-1 - position)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a settling writes. By `policy_id` new incidents are measured and changed ones judged; what belongs to the new has

    provisional ids.
    """

    policy_id: PolicyId
    monitored_since: datetime
    new: list[NewIncident] = field(default_factory=list)
    changed: list[ChangedIncident] = field(default_factory=list)
    happened: list[tuple[IncidentId, Event]] = field(default_factory=list)
    turns: dict[IncidentId, Sequence[Turn]] = field(default_factory=dict)
    answers: dict[IncidentId, Sequence[Answer]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed)


OPENED = (
    ("author_id", "text"),
    ("status", "text"),
    ("owner_id", "bigint"),
    ("authority_id", "bigint"),
    ("territory_id", "bigint"),
    ("message_id", "bigint"),
    ("text", "text"),
    ("kind", "text"),
    ("confidence", "float8"),
    ("topic", "text"),
    ("urgent", "bool"),
    ("published_at", "timestamptz"),
    ("collected_at", "timestamptz"),
    *clocks.COLUMNS,
)
SHOWN = (
    ("status", "text"),
    ("message_id", "bigint"),
    ("text", "text"),
    ("urgent", "bool"),
    ("published_at", "timestamptz"),
)
CHANGED = (("id", "bigint"), *SHOWN, *clocks.COLUMNS)
OPEN = (
    "INSERT INTO incidents (region_id, source_id, month, post_id, policy_id, monitored_since, opened_at, version,"
    f" {names_of(OPENED)}) SELECT :region, :source, :month, :post, :policy, :since, :now, 1, {names_of(OPENED)}"
    " FROM new RETURNING id, author_id"
)
CHANGE = (
    f"UPDATE incidents SET {', '.join(f'{name} = t.{name}' for name, _ in SHOWN)}, {clocks.assignments('t.{}')}, version = version + 1,"
    " policy_id = :policy, closed_at = CASE WHEN t.status IN ('closed', 'rejected', 'duplicate') THEN closed_at END,"
    " parent_id = CASE WHEN t.status = 'duplicate' THEN parent_id END"
    f" FROM {rows_from('changes', CHANGED)} WHERE incidents.region_id = :region AND incidents.id = t.id"
)


def _named(parameter: str, columns: Columns) -> str:
    """Rows that belong to incidents, with the provisional ids replaced by those of the opened."""
    rest = ", ".join(f"t.{name}" for name, _ in columns[1:])
    rows = f"{rows_from(parameter, columns)} LEFT JOIN named ON named.provisional = t.incident_id"
    return f"(SELECT coalesce(named.id, t.incident_id) AS incident_id, {rest}, t.position FROM {rows}) AS t"


SETTLE = text(
    f"WITH new AS (SELECT * FROM {rows_from('openings', OPENED)}), opened AS ({OPEN}), changed AS ({CHANGE}),"
    " named AS (SELECT -new.position AS provisional, opened.id FROM new JOIN opened USING (author_id)),"
    f" logged AS ({events.append_from(_named('events', events.COLUMNS))}), turned AS ({turns.upsert_from(_named('turns', turns.COLUMNS))})"
    f" {answers.upsert_from(_named('answers', answers.COLUMNS))}"
)


async def write(session: AsyncSession, thread: ThreadKey, outcome: Outcome, *, now: datetime) -> None:
    """Writes what a settling came to. The thread must be locked, so that nobody else opens the same."""
    about = {"policy": outcome.policy_id, "since": outcome.monitored_since, "now": now}
    about["openings"] = document_of(OPENED, map(_opened, outcome.new))
    about["changes"] = document_of(CHANGED, map(_changed, outcome.changed))
    log = events.appended(outcome.happened, now=now, actor_id=None)
    follows = turns.upserted(outcome.turns) | answers.upserted(outcome.answers)
    await session.execute(SETTLE, thread.parameters() | about | log | follows)


def _opened(one: NewIncident) -> tuple[object, ...]:
    opening = one.opening
    return (
        one.author_id,
        one.status.value,
        one.owner_id,
        one.authority_id,
        one.territory_id,
        opening.message_id,
        opening.text,
        opening.kind,
        opening.confidence,
        opening.topic,
        opening.urgent,
        opening.published_at,
        opening.collected_at,
        *one.clocks,
    )


def _changed(one: ChangedIncident) -> tuple[object, ...]:
    opening = one.opening
    shown = (opening.message_id, opening.text, opening.urgent, opening.published_at)
    return (one.id, one.status.value, *shown, *one.clocks)
