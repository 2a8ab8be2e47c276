"""Brings the incidents of a thread up to what its messages say: opens, answers, reopens, and moves the clocks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.conversation import Officials, OwnMessage, facts_of
from app.domain.deadline import Policies, Policy, PolicyId, newest
from app.domain.event import Event, EventType, Facts, breaches, fold, marked, news, opened, policy_news, turns_under
from app.domain.incident import WAITING, IncidentId, IncidentStatus, follow
from app.domain.message import Commenting, MessageId
from app.domain.place import FoundPlace, territory_of
from app.domain.routing import Rule, route
from app.domain.source import Source
from app.domain.territory import EntryId
from app.domain.turn import Turn
from app.storage import answers, events, gazetteer, regions, turns
from app.storage.clocks import clocks
from app.storage.conversations import Conversations, Touched, officials_of
from app.storage.incidents import Opening, StoredIncident
from app.storage.intake import settling
from app.storage.intake.settling import ChangedIncident, NewIncident, Outcome, provisional
from app.storage.messages import ThreadKey
from app.storage.places import NewPlace
from app.usecases.record_news import Standing


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
class Seen:
    """What a thread shows all its residents: what officials say, and whether comments can be written."""

    officials: Officials
    commenting: Commenting | None

    def facts_of(self, author_id: str, own: Sequence[OwnMessage], *, linked: Collection[MessageId] = frozenset()) -> Facts:
        """The facts of one resident's conversation."""
        return facts_of(author_id, own, self.officials, linked=linked, commenting=self.commenting)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a settling did: incidents opened with the places they name, and the times to first answer that became known, in seconds."""

    opened: int = 0
    first_answer_seconds: tuple[float, ...] = ()
    places: tuple[NewPlace, ...] = ()


async def settle_conversations(
    session: AsyncSession,
    source: Source,
    thread: ThreadKey,
    touched: Conversations,
    *,
    policies: Policies,
    named: Mapping[str, tuple[FoundPlace, ...]],
    rules: Sequence[Rule] = (),
    commenting: Commenting | None = None,
    now: datetime,
) -> Settlement:
    """Settles the touched residents' parts of a locked thread; who asks for the first time is judged by the newest of the policies,

    and goes to the body that the rules name, or else to the page's own.

    `named` are the places in the page's messages, by comment id; `commenting` says whether comments can be written in the thread.
    """
    officials = Officials(touched.official)
    asking = {author: part for author, part in touched.parts.items() if part.opening is not None}
    stored = {author: part.stored for author, part in asking.items() if part.stored is not None}
    if any(one.policy_id not in policies for one in stored.values()):  # newer than the caller's look
        policies = await regions.policies_of(session, thread.region_id)
    fresh = {author: part for author, part in asking.items() if part.stored is None}
    outcome = Outcome(newest(policies).id, source.monitored_since)
    places = {author: _named_in(part, named) for author, part in fresh.items()}
    territories = {author: territory_of(found, source.territory_id) for author, found in places.items()}
    routes = await _routes(session, thread, source, fresh, territories, rules)
    seen = Seen(officials, commenting)
    answered = _open(outcome, source, fresh, seen, territories, routes, policy=policies[outcome.policy_id], now=now)
    if stored:
        answered += await _follow(session, thread, outcome, asking, stored, seen, policies=policies, now=now)
    if outcome:
        await settling.write(session, thread, outcome, now=now)
    waits = (turn.time_to_first_answer for turn in answered)
    new = tuple(NewPlace(thread.post_id, author, place) for author, found in places.items() for place in found)
    return Settlement(len(fresh), tuple(wait.total_seconds() for wait in waits if wait is not None), new)


def _open(
    outcome: Outcome,
    source: Source,
    fresh: Mapping[str, Touched],
    seen: Seen,
    territories: Mapping[str, EntryId | None],
    routes: Mapping[str, Rule],
    *,
    policy: Policy,
    now: datetime,
) -> list[Turn]:
    """Opens incidents for residents who ask for the first time, each counted where its question says or where its page belongs;

    their turns that are answered already.
    """
    about: dict[str, object] = {"policy_id": policy.id, "monitored_since": source.monitored_since.isoformat()}
    if source.authority_id is not None:
        about["owner_id"] = source.authority_id
    answered: list[Turn] = []
    for position, (author, part) in enumerate(fresh.items()):
        rule = routes.get(author)
        authority_id = source.authority_id if rule is None else rule.authority_id
        handed_over_at = None if authority_id is None else now
        facts = replace(seen.facts_of(author, part.own), opened_under=policy.id, handed_over_at=handed_over_at)
        settled = _settle(author, part, facts, {policy.id: policy}, otherwise=policy.id, monitored_since=source.monitored_since)
        status = follow(IncidentStatus.NEW, (), settled.turns)
        moved = clocks(settled.turns, status, working=WAITING, now=now)
        outcome.new.append(NewIncident(author, settled.opening, source.authority_id, authority_id, status, moved, territories[author]))
        log = [opened(settled.standing.facts, at=now, **about), *_routed(rule, now), *breaches(settled.turns, (), now=now)]
        _record(outcome, provisional(position), settled.standing, log)
        answered += [turn for turn in settled.turns if turn.first is not None]
    return answered


async def _routes(
    session: AsyncSession,
    thread: ThreadKey,
    source: Source,
    fresh: Mapping[str, Touched],
    territories: Mapping[str, EntryId | None],
    rules: Sequence[Rule],
) -> dict[str, Rule]:
    """The rule that each new incident is handed over by; what lies where is asked only if a rule speaks of a place."""
    speak_of_places = any(rule.territory_id is not None for rule in rules)
    wanted = {one for one in territories.values() if one is not None} if speak_of_places else set()
    above = {one: await gazetteer.above(session, thread.region_id, one) for one in sorted(wanted)}
    found = {}
    for author, part in fresh.items():
        territory = territories[author]
        within = [] if territory is None else above.get(territory, [])
        rule = route(rules, None if part.opening is None else part.opening.topic, within, source.authority_id)
        if rule is not None:
            found[author] = rule
    return found


def _routed(rule: Rule | None, now: datetime) -> list[Event]:
    """Why a new incident is with its body, as the rule stood by then."""
    if rule is None:
        return []
    case = {"topic": rule.topic, "territory_id": rule.territory_id, "owner_id": rule.owner_id}
    return [Event(EventType.ROUTED, now, {"authority_id": rule.authority_id, "rule_id": rule.id, **case})]


def _named_in(part: Touched, named: Mapping[str, tuple[FoundPlace, ...]]) -> tuple[FoundPlace, ...]:
    """The places of the message that opens an incident."""
    opening = None if part.opening is None else part.opening.message_id
    return next((named.get(one.external_id, ()) for one in part.own if one.message_id == opening), ())


async def _follow(
    session: AsyncSession,
    thread: ThreadKey,
    outcome: Outcome,
    asking: Mapping[str, Touched],
    stored: Mapping[str, StoredIncident],
    seen: Seen,
    *,
    policies: Policies,
    now: datetime,
) -> list[Turn]:
    """Brings open incidents up to their conversations; the turns that were answered by it."""
    logs = await events.of_incidents(session, thread.region_id, [one.incident.id for one in stored.values()])
    facts = {author: fold(logs[one.incident.id]) for author, one in stored.items()}
    seen = replace(seen, officials=await _with_linked(session, thread, seen.officials, facts.values()))
    answered: list[Turn] = []
    present = newest(policies)
    for author, one in stored.items():
        log, known = logs[one.incident.id], facts[author]
        happened = news(known, seen.facts_of(author, asking[author].own, linked=known.linked))
        if not happened:
            continue
        since = one.monitored_since
        before = turns_under(known, policies, otherwise=one.policy_id, monitored_since=since, until=one.policy_id)
        if one.policy_id != present.id:
            anew = turns_under(known, policies, otherwise=one.policy_id, monitored_since=since)
            happened = [*policy_news(before, anew, present), *happened]
        settled = _settle(author, asking[author], fold([*log, *happened]), policies, otherwise=one.policy_id, monitored_since=since)
        status = follow(one.incident.status, before, settled.turns)
        moved = clocks(settled.turns, status, working=WAITING, now=now)
        outcome.changed.append(ChangedIncident(one.incident.id, status, settled.opening, moved))
        if one.incident.parent_id is not None and status is not IncidentStatus.DUPLICATE:
            outcome.happened.append((one.incident.parent_id, Event(EventType.PARTED, now, {"incident_id": one.incident.id})))
        _record(outcome, one.incident.id, settled.standing, [*happened, *breaches(settled.turns, marked(log), now=now)])
        waited = {turn.number for turn in before if turn.first is None}
        answered += [turn for turn in settled.turns if turn.first is not None and (turn.number in waited or turn.number > len(before))]
        unbound = [event.data["message"] for event in happened if event.type is EventType.ANSWER_UNBOUND]
        await answers.drop(session, thread.region_id, one.incident.id, unbound)
        if len(settled.turns) < len(before):
            await turns.drop_turns_beyond(session, thread.region_id, one.incident.id, len(settled.turns))
    return answered


async def _with_linked(session: AsyncSession, thread: ThreadKey, officials: Officials, known: Iterable[Facts]) -> Officials:
    """The official messages with those that operators linked, which may stand anywhere in the thread."""
    linked = frozenset[MessageId]().union(*(facts.linked for facts in known))
    missing = linked - {official.place.message_id for official in officials.of(linked)}
    return officials.joined_by(await officials_of(session, thread, missing)) if missing else officials


def _record(outcome: Outcome, incident_id: IncidentId, standing: Standing, log: Sequence[Event]) -> None:
    outcome.happened.extend((incident_id, event) for event in log)
    outcome.turns[incident_id] = standing.turns
    outcome.answers[incident_id] = list(standing.facts.answers.values())


def _settle(author: str, part: Touched, facts: Facts, policies: Policies, *, otherwise: PolicyId, monitored_since: datetime) -> Settled:
    if part.opening is None:
        raise ValueError("a conversation without a question has no turns")
    found = turns_under(facts, policies, otherwise=otherwise, monitored_since=monitored_since)
    return Settled(author, part.opening, Standing(facts, found))
