"""The event log of an incident: facts in the order we learnt them, and the conversation that they add up to.

Events are append-only. `at` is the moment an event is dated with; the log keeps the moment of recording beside it.
Folding the log gives the facts, and facts give the clocks (`app.domain.turn`), so every number can be rebuilt from it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.answer import Answer, AnswerClass, AnswerVersion, BoundBy
from app.domain.authority import AuthorityId
from app.domain.deadline import Policies, Policy, PolicyId, Terms, later_ones
from app.domain.message import Ask, Commenting, MessageId, Presence
from app.domain.turn import Turn, turns_of, unsettled


class EventType(StrEnum):
    OPENED = "opened"
    ASKED = "asked"
    ASK_GONE = "ask_gone"
    ASK_BACK = "ask_back"
    ANSWERED = "answered"
    ANSWER_EDITED = "answer_edited"
    ANSWER_GONE = "answer_gone"
    ANSWER_BACK = "answer_back"
    ANSWER_UNBOUND = "answer_unbound"
    ANSWER_LINKED = "answer_linked"
    ANSWER_UNLINKED = "answer_unlinked"
    COMMENTS_CLOSED = "comments_closed"
    COMMENTS_OPENED = "comments_opened"
    BREACHED = "breached"
    SUBSTANTIVE_BREACHED = "substantive_breached"
    POLICY_CHANGED = "policy_changed"
    TAKEN = "taken"
    ASSIGNED = "assigned"
    REJECTED = "rejected"
    CLOSED = "closed"
    REOPENED = "reopened"
    UNDONE = "undone"
    PLACE_CORRECTED = "place_corrected"
    PLACE_ADDED = "place_added"
    VERDICT_CORRECTED = "verdict_corrected"
    MERGED = "merged"
    JOINED = "joined"
    PARTED = "parted"
    MASS_PROPOSED = "mass_proposed"
    ROUTED = "routed"
    REPLY_WRITTEN = "reply_written"
    REPLY_SENT = "reply_sent"
    REPLY_FAILED = "reply_failed"
    REPLY_UNKNOWN = "reply_unknown"
    REPLY_WITHDRAWN = "reply_withdrawn"


BREACHES = frozenset({EventType.BREACHED, EventType.SUBSTANTIVE_BREACHED})
Marked = tuple[EventType, int]
"""Which of the two deadlines was missed, and the number of its turn."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log; `data` holds JSON values only, moments as ISO 8601."""

    type: EventType
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the clocks of one conversation depend on. `refused` are official messages that an operator says answer somebody else.

    `opened_under` is the policy of the opening, `handed_over_at` the first time that the question came to who must answer it;
    of `commenting` nothing is known where no reading has told of it.
    """

    asks: Mapping[MessageId, Ask] = field(default_factory=dict)
    answers: Mapping[MessageId, Answer] = field(default_factory=dict)
    refused: frozenset[MessageId] = frozenset()
    opened_under: PolicyId | None = None
    handed_over_at: datetime | None = None
    commenting: Commenting | None = None

    @property
    def comments_closed_at(self) -> datetime | None:
        """Since when no comments can be written, if they cannot."""
        return self.commenting.since if self.commenting is not None and self.commenting.closed else None

    @property
    def linked(self) -> frozenset[MessageId]:
        """The answers that an operator linked."""
        return frozenset(key for key, answer in self.answers.items() if answer.bound_by is BoundBy.OPERATOR)


def turns_from(facts: Facts, *, policy: Policy, monitored_since: datetime, later: Sequence[Policy] = ()) -> tuple[Turn, ...]:
    """The turns that follow from the facts; empty when nothing was asked. `policy` is that of the opening."""
    terms = Terms(policy, monitored_since, tuple(later), facts.handed_over_at, facts.comments_closed_at)
    return turns_of(list(facts.asks.values()), list(facts.answers.values()), terms)


def turns_under(
    facts: Facts, policies: Policies, *, otherwise: PolicyId, monitored_since: datetime, until: PolicyId | None = None
) -> tuple[Turn, ...]:
    """The turns as a region's policies up to `until` judge them; `otherwise` is the policy of an opening whose log does not say it."""
    opened_under = otherwise if facts.opened_under is None else facts.opened_under
    later = later_ones(policies, opened_under, until)
    return turns_from(facts, policy=policies[opened_under], monitored_since=monitored_since, later=later)


def policy_news(before: Sequence[Turn], after: Sequence[Turn], policy: Policy) -> list[Event]:
    """The due times that other policies moved, as the newest of them came into force; for people: no clock is computed from them."""
    old = {turn.question_id: turn for turn in before}
    pairs = [(old[turn.question_id], turn) for turn in after if turn.question_id in old]
    first = [("first", turn.number, was.due_at, turn.due_at) for was, turn in pairs]
    full = [("substantive", turn.number, was.substantive_due_at, turn.substantive_due_at) for was, turn in pairs]
    return [
        Event(
            EventType.POLICY_CHANGED,
            policy.active_from,
            {"turn": number, "answer": answer, "was": _iso(was), "due_at": _iso(due_at), "policy_id": policy.id},
        )
        for answer, number, was, due_at in (*first, *full)
        if was != due_at
    ]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def fold(events: Iterable[Event]) -> Facts:
    """The facts that a log adds up to; operators' events that change no clock are passed over."""
    asks: dict[MessageId, Ask] = {}
    answers: dict[MessageId, Answer] = {}
    refused: set[MessageId] = set()
    opened_under: PolicyId | None = None
    at_once: datetime | None = None
    by_hand: datetime | None = None
    commenting: Commenting | None = None
    rejected: set[MessageId] = set()
    for event in events:
        match event.type:
            case EventType.OPENED:
                opened_under = event.data.get("policy_id")
                at_once = None if event.data.get("owner_id") is None else event.at
                commenting = _read_closed(event.data)
            case EventType.ROUTED:
                at_once = at_once or event.at
            case EventType.TAKEN | EventType.ASSIGNED:
                by_hand = by_hand or event.at
            case EventType.UNDONE if event.data.get("handed_at") is None:
                by_hand = None
            case EventType.COMMENTS_CLOSED | EventType.COMMENTS_OPENED:
                commenting = Commenting(event.type is EventType.COMMENTS_CLOSED, event.at)
        _fold_one(event, asks, answers, refused, rejected)
    return Facts(asks, answers, frozenset(refused), opened_under, at_once or by_hand, commenting)


def _fold_one(
    event: Event, asks: dict[MessageId, Ask], answers: dict[MessageId, Answer], refused: set[MessageId], rejected: set[MessageId]
) -> None:
    """Puts one event into what the log has come to; `rejected` is what the last rejection dismissed, and what undoing it gives back."""
    data = event.data
    match event.type:
        case EventType.OPENED:
            asks |= {ask.message_id: ask for ask in map(_read_ask, data["asks"])}
            answers |= {answer.message_id: answer for answer in map(_read_answer, data["answers"])}
        case EventType.ASKED:
            ask = _read_ask(data)
            before = asks.get(ask.message_id)
            asks[ask.message_id] = ask if before is None else replace(before, urgent=ask.urgent)
        case EventType.ASK_GONE | EventType.ASK_BACK:
            asks[data["message"]] = replace(asks[data["message"]], gone=_read_gone(data))
        case EventType.ANSWERED:
            answer = _read_answer(data)
            answers[answer.message_id] = answer
        case EventType.ANSWER_EDITED:
            answer = answers[data["message"]]
            answers[answer.message_id] = replace(answer, versions=(*answer.versions, _read_version(data)))
        case EventType.ANSWER_GONE | EventType.ANSWER_BACK:
            answers[data["message"]] = replace(answers[data["message"]], gone=_read_gone(data))
        case EventType.ANSWER_UNBOUND:
            del answers[data["message"]]
        case EventType.ANSWER_LINKED:
            answer = _read_answer(data)
            answers[answer.message_id] = answer
            refused.discard(answer.message_id)
        case EventType.ANSWER_UNLINKED:
            answers.pop(data["message"], None)
            refused.add(data["message"])
        case EventType.VERDICT_CORRECTED:
            if "urgent" in data and data["message"] in asks:
                asks[data["message"]] = replace(asks[data["message"]], urgent=data["urgent"])
        case EventType.UNDONE if data["undoes"] == EventType.REJECTED:
            asks |= {key: replace(asks[key], dismissed=False) for key in rejected}
        case EventType.REJECTED | EventType.REOPENED:
            is_rejected = event.type is EventType.REJECTED
            spoken_of = [ask for ask in asks.values() if not (is_rejected and ask.dismissed)]
            of_them = unsettled(spoken_of, list(answers.values()))
            if is_rejected:
                rejected.clear()
                rejected.update(ask.message_id for ask in of_them)
            asks |= {ask.message_id: replace(ask, dismissed=is_rejected) for ask in of_them}
        case _:  # the rest tells what people did, and moves no clock
            return


def news(known: Facts, seen: Facts) -> list[Event]:
    """The events that lead from the facts of the log to the facts of the messages.

    What was judged once stays judged; what an operator linked stays linked, and what an operator refused is bound by no reading.
    """
    return [*_ask_news(known, seen), *_answer_news(known, seen), *_commenting_news(known, seen)]


def _ask_news(known: Facts, seen: Facts) -> Iterator[Event]:
    for key, ask in seen.asks.items():
        old = known.asks.get(key)
        if old is None or (ask.urgent and not old.urgent):
            yield Event(EventType.ASKED, ask.published_at, write_ask(ask))
        if old is None:
            continue
        if ask.gone is not None and ask.gone != old.gone:
            yield Event(EventType.ASK_GONE, ask.gone.deleted_at, {"message": key, **write_gone(ask.gone)})
        elif ask.gone is None and old.gone is not None:
            yield Event(EventType.ASK_BACK, old.gone.deleted_at, {"message": key})


def _answer_news(known: Facts, seen: Facts) -> Iterator[Event]:
    for key, answer in seen.answers.items():
        if key in known.refused:
            continue
        old = known.answers.get(key)
        if old is None:
            yield Event(EventType.ANSWERED, answer.published_at, write_answer(answer))
            continue
        for version in answer.versions[len(old.versions) :]:
            yield Event(EventType.ANSWER_EDITED, version.at, {"message": key, **write_version(version)})
        if answer.gone is not None and answer.gone != old.gone:
            yield Event(EventType.ANSWER_GONE, answer.gone.deleted_at, {"message": key, **write_gone(answer.gone)})
        elif answer.gone is None and old.gone is not None:
            yield Event(EventType.ANSWER_BACK, old.gone.deleted_at, {"message": key})
    for key, answer in known.answers.items():
        if key not in seen.answers and answer.bound_by is not BoundBy.OPERATOR:
            yield Event(EventType.ANSWER_UNBOUND, answer.published_at, {"message": key})


def _commenting_news(known: Facts, seen: Facts) -> Iterator[Event]:
    is_closed = seen.comments_closed_at is not None
    if seen.commenting is not None and is_closed != (known.comments_closed_at is not None):
        yield Event(EventType.COMMENTS_CLOSED if is_closed else EventType.COMMENTS_OPENED, seen.commenting.since)


def opened(facts: Facts, *, at: datetime, **about: Any) -> Event:
    """The first event of an incident; `about` says by what policy and since when it is measured."""
    asks = [write_ask(ask) for ask in facts.asks.values()]
    answers = [write_answer(answer) for answer in facts.answers.values()]
    if facts.comments_closed_at is not None:
        about["comments_closed_at"] = facts.comments_closed_at.isoformat()
    return Event(EventType.OPENED, at, {"asks": asks, "answers": answers, **about})


def breaches(turns: Sequence[Turn], marked: Collection[Marked], *, now: datetime) -> list[Event]:
    """The breaches that the log does not hold yet, each dated with its deadline and not with its discovery."""
    first = [(EventType.BREACHED, turn.number, turn.breached_at(now)) for turn in turns]
    full = [(EventType.SUBSTANTIVE_BREACHED, turn.number, turn.substantive_breached_at(now)) for turn in turns]
    return [
        Event(kind, due_at, {"turn": number})
        for kind, number, due_at in (*first, *full)
        if due_at is not None and (kind, number) not in marked
    ]


def marked(events: Iterable[Event]) -> frozenset[Marked]:
    """The breaches that the log holds: of which deadline of which turn."""
    return frozenset((event.type, event.data["turn"]) for event in events if event.type in BREACHES)


def write_ask(ask: Ask) -> dict[str, Any]:
    """An ask as the log holds it."""
    written: dict[str, Any] = {
        "message": ask.message_id,
        "published_at": ask.published_at.isoformat(),
        "collected_at": ask.collected_at.isoformat(),
    }
    if ask.urgent:
        written["urgent"] = True
    return written | ({} if ask.gone is None else write_gone(ask.gone))


def write_gone(gone: Presence) -> dict[str, Any]:
    """A disappearance as the log holds it."""
    return {"last_seen_at": gone.last_seen_at.isoformat(), "deleted_at": gone.deleted_at.isoformat()}


def write_version(version: AnswerVersion) -> dict[str, Any]:
    """A version of an answer as the log holds it."""
    written: dict[str, Any] = {
        "class": version.answer_class.value,
        "rule": version.rule,
        "at": version.at.isoformat(),
        "not_before": None if version.not_before is None else version.not_before.isoformat(),
    }
    return written | ({"promises": list(version.promises)} if version.promises else {})


def write_answer(answer: Answer) -> dict[str, Any]:
    """An answer as the log holds it."""
    written = {
        "message": answer.message_id,
        "account": answer.account,
        "authority_id": answer.authority_id,
        "bound_by": answer.bound_by.value,
        "versions": [write_version(version) for version in answer.versions],
    }
    return written | ({} if answer.gone is None else write_gone(answer.gone))


def _read_ask(data: Mapping[str, Any]) -> Ask:
    return Ask(
        MessageId(data["message"]),
        datetime.fromisoformat(data["published_at"]),
        datetime.fromisoformat(data["collected_at"]),
        data.get("urgent", False),
        _read_gone(data),
    )


def _read_gone(data: Mapping[str, Any]) -> Presence | None:
    if "deleted_at" not in data:
        return None
    return Presence(datetime.fromisoformat(data["last_seen_at"]), datetime.fromisoformat(data["deleted_at"]))


def _read_closed(data: Mapping[str, Any]) -> Commenting | None:
    closed_at = data.get("comments_closed_at")
    return None if closed_at is None else Commenting(True, datetime.fromisoformat(closed_at))


def _read_version(data: Mapping[str, Any]) -> AnswerVersion:
    not_before = data["not_before"]
    return AnswerVersion(
        AnswerClass(data["class"]),
        data["rule"],
        datetime.fromisoformat(data["at"]),
        None if not_before is None else datetime.fromisoformat(not_before),
        tuple(data.get("promises", ())),
    )


def _read_answer(data: Mapping[str, Any]) -> Answer:
    authority_id = data["authority_id"]
    return Answer(
        MessageId(data["message"]),
        data["account"],
        None if authority_id is None else AuthorityId(authority_id),
        BoundBy(data["bound_by"]),
        tuple(map(_read_version, data["versions"])),
        _read_gone(data),
    )
