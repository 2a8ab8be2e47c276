"""Brings the incidents of a thread up to what its messages say: opens, answers, reopens, and moves the clocks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.conversation import OfficialMessage, facts_of
from app.domain.deadline import Policy, PolicyId
from app.domain.event import Facts, breaches, fold, marked, news, opened, turns_from
from app.domain.incident import WAITING, IncidentStatus, follow
from app.domain.source import Source
from app.domain.turn import Turn
from app.storage import conversations, events, incidents, regions, turns
from app.storage.conversations import Opening, Touched
from app.storage.incidents import ChangedIncident, NewIncident, StoredIncident, clocks
from app.storage.messages import ThreadKey
from app.usecases.record_news import Standing, record_news


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome for one resident."""

    author_id: str
    opening: Opening
    standing: Standing

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.standing.turns


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a settling did: incidents opened, and the times to first answer that became known, in seconds."""

    opened: int = 0
    first_answer_seconds: tuple[float, ...] = ()


async def settle_conversations(
    session: AsyncSession,
    source: Source,
    thread: ThreadKey,
    authors: Collection[str],
    *,
    policies: Mapping[PolicyId, Policy],
    now: datetime,
) -> Settlement:
    """Settles the given residents' parts of a locked thread; who asks for the first time is judged by the newest of the policies."""
    touched, officials = await conversations.touched(session, thread, authors)
    asking = {author: part for author, part in touched.items() if part.opening is not None}
    if not asking:
        return Settlement()
    stored = await incidents.lock_conversations(session, thread, asking)
    if any(one.policy_id not in policies for one in stored.values()):  # newer than the caller's look
        policies = await regions.policies_of(session, thread.region_id)
    fresh = {author: part for author, part in asking.items() if author not in stored}
    answered: list[Turn] = []
    if fresh:
        answered += await _open(session, source, thread, fresh, officials, policy=list(policies.values())[-1], now=now)
    if stored:
        answered += await _follow(session, thread, asking, stored, officials, policies=policies, now=now)
    waits = (turn.time_to_first_answer for turn in answered)
    return Settlement(len(fresh), tuple(wait.total_seconds() for wait in waits if wait is not None))


async def _open(
    session: AsyncSession,
    source: Source,
    thread: ThreadKey,
    fresh: Mapping[str, Touched],
    officials: Sequence[OfficialMessage],
    *,
    policy: Policy,
    now: datetime,
) -> list[Turn]:
    """Opens incidents for residents who ask for the first time; their turns that are answered already."""
    settled = [
        _settle(author, part, facts_of(author, part.own, officials), policy=policy, monitored_since=source.monitored_since)
        for author, part in fresh.items()
    ]
    new = []
    for one in settled:
        status = follow(IncidentStatus.NEW, (), one.turns)
        new.append(
            NewIncident(one.author_id, one.opening, source.authority_id, status, clocks(one.turns, status, working=WAITING, now=now))
        )
    ids = await incidents.open_all(session, thread, new, policy_id=policy.id, monitored_since=source.monitored_since, now=now)
    about = {"policy_id": policy.id, "monitored_since": source.monitored_since.isoformat()}
    recorded = []
    for one in settled:
        log = [opened(one.standing.facts, at=now, **about), *breaches(one.turns, (), now=now)]
        recorded += [(ids[one.author_id], event) for event in log]
    await record_news(session, thread.region_id, {ids[one.author_id]: one.standing for one in settled}, recorded, now=now)
    return [turn for one in settled for turn in one.turns if turn.first is not None]


async def _follow(
    session: AsyncSession,
    thread: ThreadKey,
    asking: Mapping[str, Touched],
    stored: Mapping[str, StoredIncident],
    officials: Sequence[OfficialMessage],
    *,
    policies: Mapping[PolicyId, Policy],
    now: datetime,
) -> list[Turn]:
    """Brings open incidents up to their conversations; the turns that were answered by it."""
    logs = await events.of_incidents(session, thread.region_id, [one.incident.id for one in stored.values()])
    changed, by_id, recorded = [], {}, []
    answered: list[Turn] = []
    for author, one in stored.items():
        log = logs[one.incident.id]
        known = fold(log)
        happened = news(known, facts_of(author, asking[author].own, officials))
        if not happened:
            continue
        policy, since = policies[one.policy_id], one.monitored_since
        before = turns_from(known, policy=policy, monitored_since=since)
        settled = _settle(author, asking[author], fold([*log, *happened]), policy=policy, monitored_since=since)
        status = follow(one.incident.status, before, settled.turns)
        moved = clocks(settled.turns, status, working=WAITING, now=now)
        changed.append(ChangedIncident(one.incident.id, status, settled.opening, moved))
        by_id[one.incident.id] = settled.standing
        waited = {turn.number for turn in before if turn.first is None}
        answered += [turn for turn in settled.turns if turn.first is not None and (turn.number in waited or turn.number > len(before))]
        recorded += [(one.incident.id, event) for event in [*happened, *breaches(settled.turns, marked(log), now=now)]]
        if len(settled.turns) < len(before):
            await turns.drop_turns_beyond(session, thread.region_id, one.incident.id, len(settled.turns))
    if changed:
        await incidents.save_all(session, thread.region_id, changed)
        await record_news(session, thread.region_id, by_id, recorded, now=now)
    return answered


def _settle(author: str, part: Touched, facts: Facts, *, policy: Policy, monitored_since: datetime) -> Settled:
    if part.opening is None:
        raise ValueError("a conversation without a question has no turns")
    return Settled(author, part.opening, Standing(facts, turns_from(facts, policy=policy, monitored_since=monitored_since)))
