"""What settling a thread writes, in one statement: incidents opened and changed, their logs, their turns and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.answer import Answer
from app.domain.authority import AuthorityId
from app.domain.deadline import PolicyId
from app.domain.event import Event
from app.domain.incident import IncidentId, IncidentStatus
from app.domain.territory import EntryId
from app.domain.turn import Turn
from app.storage import answers, events, turns
from app.storage.incidents import Clocks, Opening
from app.storage.messages import ThreadKey


@dataclass(frozen=True, slots=True)
class NewIncident:
    """An incident to open for a resident of a thread."""

    author_id: str
    opening: Opening
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
    """All that a settling writes. New incidents are measured by `policy_id`; what belongs to them has provisional ids."""

    policy_id: PolicyId
    monitored_since: datetime
    new: list[NewIncident] = field(default_factory=list)
    changed: list[ChangedIncident] = field(default_factory=list)
    happened: list[tuple[IncidentId, Event]] = field(default_factory=list)
    turns: dict[IncidentId, Sequence[Turn]] = field(default_factory=dict)
    answers: dict[IncidentId, Sequence[Answer]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed)


OPEN = (
    "INSERT INTO incidents (region_id, source_id, month, post_id, policy_id, monitored_since, opened_at, version, author_id, status,"
    " authority_id, message_id, text, kind, confidence, topic, urgent, published_at, collected_at, first_answer_due_at, first_answered_at,"
    " first_answer_message_id, first_answer_class, waiting, queue_at, breached_at, territory_id)"
    " SELECT :region, :source, :month, :post, :policy, :since, :now, 1, t.* FROM unnest(CAST(:new_authors AS text[]),"
    " CAST(:new_statuses AS text[]), CAST(:new_authorities AS bigint[]), CAST(:new_messages AS bigint[]), CAST(:new_texts AS text[]),"
    " CAST(:new_kinds AS text[]), CAST(:new_confidences AS float8[]), CAST(:new_topics AS text[]), CAST(:new_urgents AS bool[]),"
    " CAST(:new_published AS timestamptz[]), CAST(:new_collected AS timestamptz[]), CAST(:new_dues AS timestamptz[]),"
    " CAST(:new_answered AS timestamptz[]), CAST(:new_answer_ids AS bigint[]), CAST(:new_answer_classes AS text[]),"
    " CAST(:new_waiting AS bool[]), CAST(:new_queue AS timestamptz[]), CAST(:new_breached AS timestamptz[]),"
    " CAST(:new_territories AS bigint[])) AS t RETURNING id, author_id"
)
CHANGE = (
    "UPDATE incidents SET status = t.status, text = t.body, urgent = t.urgent, published_at = t.published_at,"
    " message_id = t.message_id, first_answer_due_at = t.due, first_answered_at = t.answered,"
    " first_answer_message_id = t.answer_id, first_answer_class = t.answer_class, waiting = t.waiting, queue_at = t.queue_at,"
    " breached_at = greatest(incidents.breached_at, t.breached), ended_unanswered = t.ended_unanswered, version = version + 1,"
    " closed_at = CASE WHEN t.status IN ('closed', 'rejected', 'duplicate') THEN closed_at END,"
    " parent_id = CASE WHEN t.status = 'duplicate' THEN parent_id END"
    " FROM unnest(CAST(:now_ids AS bigint[]), CAST(:now_statuses AS text[]), CAST(:now_texts AS text[]), CAST(:now_urgents AS bool[]),"
    " CAST(:now_published AS timestamptz[]), CAST(:now_messages AS bigint[]),"
    " CAST(:now_dues AS timestamptz[]), CAST(:now_answered AS timestamptz[]), CAST(:now_answer_ids AS bigint[]),"
    " CAST(:now_answer_classes AS text[]), CAST(:now_waiting AS bool[]), CAST(:now_queue AS timestamptz[]),"
    " CAST(:now_breached AS timestamptz[]), CAST(:now_ended_unanswered AS bool[])) AS t(id, status, body, urgent, published_at,"
    " message_id, due, answered, answer_id, answer_class, waiting, queue_at, breached, ended_unanswered)"
    " WHERE incidents.region_id = :region AND incidents.id = t.id"
)


def _named(statement: str, ids: str) -> str:
    """A statement that writes for the incidents of an array, with its provisional ids replaced by those of the opened."""
    real = (
        f"(SELECT array_agg(coalesce(named.id, given.id) ORDER BY given.place) FROM unnest({ids}) WITH ORDINALITY AS given(id, place)"
        " LEFT JOIN named ON named.provisional = given.id)"
    )
    return statement.replace(ids, real)


SETTLE = text(
    f"WITH opened AS ({OPEN}), changed AS ({CHANGE}), named AS (SELECT -a.place AS provisional, opened.id"
    " FROM unnest(CAST(:new_authors AS text[])) WITH ORDINALITY AS a(author_id, place) JOIN opened USING (author_id)),"
    f" logged AS ({_named(events.APPEND, events.INCIDENTS)}), turned AS ({_named(turns.UPSERT, turns.INCIDENTS)})"
    f" {_named(answers.UPSERT, answers.INCIDENTS)}"
)


async def write(session: AsyncSession, thread: ThreadKey, outcome: Outcome, *, now: datetime) -> None:
    """Writes what a settling came to. The thread must be locked, so that nobody else opens the same.

    `breached_at` is the newest deadline known to be missed and is never taken back.
    """
    about = {"policy": outcome.policy_id, "since": outcome.monitored_since, "now": now}
    log = events.appended(outcome.happened, now=now, actor_id=None)
    follows = turns.upserted(outcome.turns) | answers.upserted(outcome.answers)
    await session.execute(SETTLE, thread.parameters() | about | _opened(outcome.new) | _changed(outcome.changed) | log | follows)


def _opened(new: Sequence[NewIncident]) -> dict[str, object]:
    openings = [one.opening for one in new]
    arrays: Mapping[str, object] = {
        "authors": [one.author_id for one in new],
        "statuses": [one.status.value for one in new],
        "authorities": [one.authority_id for one in new],
        "messages": [one.message_id for one in openings],
        "texts": [one.text for one in openings],
        "kinds": [one.kind for one in openings],
        "confidences": [one.confidence for one in openings],
        "topics": [one.topic for one in openings],
        "urgents": [one.urgent for one in openings],
        "published": [one.published_at for one in openings],
        "collected": [one.collected_at for one in openings],
        **_clock_arrays([one.clocks for one in new]),
        "territories": [one.territory_id for one in new],
    }
    return {f"new_{name}": values for name, values in arrays.items()}


def _changed(changed: Sequence[ChangedIncident]) -> dict[str, object]:
    arrays: Mapping[str, object] = {
        "ids": [one.id for one in changed],
        "statuses": [one.status.value for one in changed],
        "texts": [one.opening.text for one in changed],
        "urgents": [one.opening.urgent for one in changed],
        "published": [one.opening.published_at for one in changed],
        "messages": [one.opening.message_id for one in changed],
        **_clock_arrays([one.clocks for one in changed]),
        "ended_unanswered": [one.clocks.ended_unanswered for one in changed],
    }
    return {f"now_{name}": values for name, values in arrays.items()}


def _clock_arrays(all_clocks: Sequence[Clocks]) -> dict[str, list[Any]]:
    return {
        "dues": [one.first_answer_due_at for one in all_clocks],
        "answered": [one.first_answered_at for one in all_clocks],
        "answer_ids": [one.first_answer_message_id for one in all_clocks],
        "answer_classes": [one.first_answer_class for one in all_clocks],
        "waiting": [one.waiting for one in all_clocks],
        "queue": [one.queue_at for one in all_clocks],
        "breached": [one.breached_at for one in all_clocks],
    }
