"""Everything that the page of one incident shows, read in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.classifier.explanation import Explanation
from app.console.access import Console, Visitor
from app.console.clock import Moment, clock_of
from app.console.journal import Line, Names, line_of, lines_of
from app.console.kin import Kin, kin_of
from app.console.outcome import Outcome, outcome_of, outcome_of_full
from app.console.steps import possible_steps
from app.console.thread import Conversation, conversation_of
from app.console.wait_strip import Stretch, strip_of
from app.domain.authority import Authority, AuthorityId
from app.domain.event import EventType
from app.domain.incident import IncidentId
from app.domain.operator import Act, Operator, OperatorId
from app.domain.topic import TopicGroup
from app.domain.turn import Turn, TurnState
from app.domain.undo import last_step
from app.storage import assignees, authorities, collected, events, gazetteer, incident_details, network_probes, replies
from app.storage.access import operators
from app.storage.events import RecordedEvent
from app.storage.incident_details import IncidentDetails
from app.usecases.change_topics import titles_of_topics, topics_in_force
from app.usecases.fill_ready_text import titles_for
from app.usecases.hide_people import incident_for, messages_for
from app.usecases.suggest_authorities import Handover, NamedSuggestion, explain_authority, suggest_authorities
from connectors.sdk.contract import PostRef, ReplyPublisher
from connectors.sdk.errors import AuthenticationFailed

MOST_AUTHORITIES = 500
MOST_EVENTS = 1000
PUBLISHING, AVAILABLE = "publish_reply", "available"


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn and how it stands now."""

    turn: Turn
    state: TurnState


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One incident with all that surrounds it."""

    incident: IncidentDetails
    outcome: Outcome
    steps: frozenset[str]
    conversation: Conversation
    clock: Sequence[Moment]
    strip: Sequence[Stretch]
    turns: Sequence[ShownTurn]
    journal: Sequence[Line]
    last_change: Line
    undoable: Line | None
    assignees: Sequence[Operator]
    authorities: Sequence[Authority]
    titles: Mapping[str, str]
    topic_groups: Sequence[TopicGroup]
    explanation: Explanation
    handover: Handover | None
    suggested: Sequence[NamedSuggestion]
    kin: Kin
    may_correct: bool
    can_publish: bool
    ready_titles: Sequence[str]
    knows_places: bool
    full: Outcome | None


async def read_page(
    session: AsyncSession, console: Console, visitor: Visitor, incident_id: IncidentId, explanation: Explanation
) -> IncidentPage:
    """The incident as it is now; `NotFound` when there is none."""
    times = console.times
    incident = incident_for(visitor.operator, await incident_details.get(session, console.region_id, incident_id))
    messages = messages_for(visitor.operator, await collected.thread_of(session, console.region_id, incident_id))
    entries = await events.listed(session, console.region_id, incident_id, after=None, limit=MOST_EVENTS)
    names = await _names(session, console, entries)
    steps = possible_steps(incident, visitor.operator, now=times.now)
    can_assign = "assign" in steps
    place, probes = await replies.place_of(session, console.region_id, incident_id), await network_probes.read_all(session)
    return IncidentPage(
        incident,
        outcome_of(incident, times),
        steps,
        conversation_of(incident, messages),
        clock_of(incident.turns[-1]) if incident.turns else (),
        strip_of(incident, incident.turns[-1], times.now) if incident.turns else (),
        [ShownTurn(turn, turn.state(times.now)) for turn in incident.turns],
        lines_of(entries, names),
        line_of(entries[-1], names),
        _undoable(visitor.operator, entries, names),
        await assignees.listed(session) if can_assign else (),
        await authorities.listed(session, console.region_id, after=None, limit=MOST_AUTHORITIES) if can_assign else (),
        await titles_of_topics(session, console.region_id),
        (await topics_in_force(session, console.region_id)).groups,
        explanation,
        await explain_authority(session, console.region_id, incident_id),
        await suggest_authorities(session, console.region_id, incident, explanation, now=times.now),
        await kin_of(session, console, visitor, incident),
        visitor.operator.may(Act.WORK),
        _can_publish(console, incident, place, probes.get(incident.source.network, {})),
        await titles_for(session, console.region_id, incident.topic) if "reply" in steps else (),
        await gazetteer.version(session, console.region_id) > 0,
        outcome_of_full(incident, times),
    )


def _undoable(operator: Operator, entries: Sequence[RecordedEvent], names: Names) -> Line | None:
    """The operator's own step that can be taken back."""
    own = last_step(operator, [(one.event, None if one.actor_id is None else OperatorId(one.actor_id)) for one in entries])
    return next((line_of(one, names) for one in entries if one.event is own), None)


def _can_publish(console: Console, incident: IncidentDetails, place: PostRef, probed: Mapping[str, str]) -> bool:
    """Whether a program may write in the incident's thread; whether a key of the page is there shows when a reply is sent.

    In the name of a page that is nobody's of ours there is nothing to say, and what the network was found to refuse is not tried.
    """
    if not incident.source.official or probed.get(PUBLISHING, AVAILABLE) != AVAILABLE:
        return False
    try:
        connector = console.networks.connector_for(incident.source.network)
    except AuthenticationFailed:
        return False
    return isinstance(connector, ReplyPublisher) and connector.takes_replies(place)


async def _names(session: AsyncSession, console: Console, entries: Sequence[RecordedEvent]) -> Names:
    """Whom the log names: a handful at most, since an incident changes hands seldom."""
    people = {key for entry in entries if (key := entry.event.data.get("assignee_id"))}
    bodies = {
        key
        for entry in entries
        if entry.event.type in {EventType.ASSIGNED, EventType.ROUTED} and (key := entry.event.data.get("authority_id"))
    }
    return Names(
        {key: (await operators.get(session, OperatorId(key))).operator.name for key in people},
        {key: (await authorities.get(session, console.region_id, AuthorityId(key))).name for key in bodies},
        console.times,
    )
