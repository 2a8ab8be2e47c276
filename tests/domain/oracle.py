"""The definition of the first answer once more, from `docs/first_answer.md` alone: slow and plain, from a thread's full record.

It shares no code with `app.domain`, so that a mistake there is not repeated here.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BRIEF = timedelta(minutes=30)
FULL = frozenset({"substantive", "refusal_with_reason"})
PROMISED = datetime(2026, 3, 21, tzinfo=UTC)
"""The end of the day that every interim answer of a record names."""


@dataclass(slots=True)
class Text:
    """A post (`number` 0) or a comment as finally known. Each version has its kind, its moment, and the reading before an edit."""

    number: int
    author: str
    published: datetime
    collected: datetime
    versions: list[tuple[str, datetime, datetime | None]]
    reply_to: int | None = None
    root: int | None = None
    mentions: tuple[str, ...] = ()
    last_seen: datetime | None = None
    missed: datetime | None = None
    urgent: bool = False

    @property
    def brief(self) -> bool:
        return self.missed is not None and self.missed - self.published <= BRIEF


@dataclass(frozen=True, slots=True)
class Rules:
    """A policy."""

    number: int
    term: timedelta
    urgent_term: timedelta
    start: str
    ack_stops: bool
    full_days: int | None
    since: datetime

    @property
    def stops(self) -> frozenset[str]:
        return FULL | {"interim"} | ({"ack"} if self.ack_stops else set())

    def due(self, ask: Text, handed_over: datetime | None) -> datetime:
        term = self.urgent_term if ask.urgent else self.term
        if self.start == "published":
            return ask.published + term
        unhanded = ask.collected + term
        is_handed = self.start == "handed_over" and handed_over is not None and ask.collected < handed_over <= unhanded
        return handed_over + term if is_handed and handed_over is not None else unhanded

    def full_due(self, answered: datetime, kind: str) -> datetime | None:
        if self.full_days is None:
            return None
        day, left = answered.replace(hour=0, minute=0, second=0, microsecond=0), self.full_days
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5
        end = day + timedelta(days=1)
        return min(end, PROMISED) if kind == "interim" else end


@dataclass(slots=True)
class Record:
    """All that is known of a thread in the end, and whose question is asked about."""

    texts: list[Text]
    accounts: dict[str, tuple[datetime, datetime | None]]
    resident: str
    watched: datetime
    policies: list[Rules]
    handed_over: datetime | None = None
    closed: datetime | None = None
    linked: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    dismissed: set[int] = field(default_factory=set)

    def is_official(self, text: Text) -> bool:
        since, until = self.accounts.get(text.author, (None, None))
        return since is not None and since <= text.published and (until is None or text.published < until)

    def is_addressed(self, text: Text) -> bool:
        """Whether an official comment is to the resident."""
        if text.number in self.linked or text.number in self.refused:
            return text.number in self.linked
        own = {one.number for one in self.texts if one.author == self.resident}
        if text.reply_to in own or self.resident in text.mentions:
            return True
        names_somebody = text.reply_to is not None or bool(text.mentions)
        return not names_somebody and (text.root or 0) in own


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """An answer that counts."""

    at: datetime
    number: int
    kind: str
    text: Text = field(compare=False)


def counting(answers: Sequence[Text], kinds: Collection[str], after: datetime, until: datetime | None = None) -> list[Hit]:
    """What counts as an answer of the kinds to a question of `after`, the next question being of `until`; in time's order."""
    found = []
    for text in answers:
        hit = next((version for version in text.versions if version[0] in kinds), None)
        if hit is None or text.published <= after or (until is not None and text.published > until):
            continue
        if not text.brief or replacements(text, answers, kinds):
            found.append(Hit(hit[1], text.number, hit[0], text))
    return sorted(found)


def replacements(gone: Text, answers: Sequence[Text], kinds: Collection[str]) -> list[Text]:
    """What the same account wrote instead of a text that was gone, within half an hour of that."""
    if gone.missed is None:
        return []
    return [
        other
        for other in answers
        if other.author == gone.author and gone.published < other.published <= gone.missed + BRIEF and not other.brief
        if any(version[0] in kinds for version in other.versions)
    ]


def last_seen_and_missed(asks: Sequence[Text]) -> tuple[datetime, datetime] | None:
    """When a question of which nothing is left was there last, and was missed."""
    seen = [ask.last_seen for ask in asks if ask.last_seen is not None]
    missed = [ask.missed for ask in asks if ask.missed is not None]
    return (max(seen), max(missed)) if len(missed) == len(asks) else None


def under(policies: Sequence[Rules], by: Callable[[Rules], "Judged"]) -> "Judged":
    """The policy that judges a wait, as decision 37 says."""
    found = by(policies[0])
    for later in policies[1:]:
        if any(end <= later.since for end in found.ends) or (found.due is not None and found.due < later.since):
            break
        anew = by(later)
        found = anew if anew.due is None or anew.due >= later.since else found
    return found


@dataclass(frozen=True, slots=True)
class Judged:
    """A wait by a policy, and what may have ended it; a question that was taken `away` in time has no answer."""

    policy: Rules
    due: datetime | None
    ends: Sequence[datetime]
    first: Hit | None = None
    away: datetime | None = None


def judge(record: Record, asks: Sequence[Text], answers: Sequence[Text], until: datetime | None) -> Judged:
    """The wait for the first answer."""
    gone = last_seen_and_missed(asks)
    closed = [record.closed] if record.closed is not None and asks[-1].published <= record.closed else []

    def by(policy: Rules) -> Judged:
        due = None
        if asks[0].published >= record.watched:
            due = min(policy.due(ask, record.handed_over) for ask in asks if ask is asks[0] or ask.urgent)
        first = next(iter(counting(answers, policy.stops, asks[0].published, until)), None)
        is_away = gone is not None and (due is None or gone[1] <= due) and (first is None or first.at > gone[1])
        ends = [*closed, *([gone[1]] if gone else []), *([first.at] if first else [])]
        return Judged(policy, due, ends, None if is_away else first, gone[0] if is_away and gone else None)

    return under(record.policies, by)


def full_due(record: Record, asks: Sequence[Text], first: Hit, full: Hit | None) -> datetime | None:
    """The second deadline."""
    gone = last_seen_and_missed(asks)
    away = [gone[1]] if gone is not None and (full is None or gone[1] < full.at) else []

    def by(policy: Rules) -> Judged:
        due = policy.full_due(first.at, first.kind)
        owes_nothing = due is not None and any(moment <= due for moment in away)
        return Judged(policy, None if owes_nothing else due, away or ([full.at] if full else []))

    return under(record.policies, by).due


def turns(record: Record, now: datetime) -> list[dict[str, object]]:
    """The questions that are owed an answer, or the one that is not where there is no other."""
    asks = sorted(
        (t for t in record.texts if t.author == record.resident and t.versions[0][0] == "ask"), key=lambda t: (t.published, t.number)
    )
    answers = [t for t in record.texts if t.number and t.author != record.resident and record.is_official(t) and record.is_addressed(t)]
    groups: list[list[Text]] = []
    for ask in asks:
        if ask.number in record.dismissed:
            continue
        if groups and not is_over(record, groups[-1], ask, answers):
            groups[-1].append(ask)
        else:
            groups.append([ask])
    starts = [*(group[0].published for group in groups[1:]), None]
    found = [one_turn(record, group, answers, until, now) for group, until in zip(groups, starts, strict=False)]
    return found or [{"question": ask.number, "state": "not_required"} for ask in asks[:1]]


def is_over(record: Record, asks: Sequence[Text], ask: Text, answers: Sequence[Text]) -> bool:
    """Whether a further message opens a question of its own."""
    start, judged = asks[0].published, judge(record, asks, answers, None)
    heard = counting(answers, judged.policy.stops, start)
    if any(hit.at < ask.published for hit in counting(answers, FULL, start)):
        return True
    if start < record.watched <= ask.published and not any(hit.at < ask.published for hit in heard):
        return True
    gone = last_seen_and_missed(asks)
    was_gone = gone is not None and gone[1] <= ask.published
    return was_gone and judged.away is not None and (judged.due is None or judged.due < ask.published)


def one_turn(record: Record, asks: Sequence[Text], answers: Sequence[Text], until: datetime | None, now: datetime) -> dict[str, object]:
    """How one question stands."""
    judged, question = judge(record, asks, answers, until), asks[0]
    due, first, away = judged.due, judged.first, judged.away
    full = None if away else next(iter(counting(answers, FULL, question.published, until)), None)
    closed = record.closed
    has_channel = bool(closed is None or first or away or asks[-1].published > closed or (due is not None and due < closed))
    retracted = first is not None and first.text.missed is not None
    if first is not None and retracted and first.text.brief:
        retracted = all(other.missed is not None for other in replacements(first.text, answers, judged.policy.stops))
    in_time = first is not None and due is not None and first.at <= due and not retracted
    owes = first is not None and due is not None and first.kind in {"interim", "ack"}
    second = full_due(record, asks, first, full) if owes and first else None
    state = "unanswered_overdue" if due is not None and due < now else "open"
    for word, holds in [
        ("no_reply_channel", not has_channel),
        ("answered_late", first),
        ("answered_in_time", in_time),
        ("withdrawn", away),
    ]:
        state = word if holds else state
    breach = due is not None and away is None and has_channel and due < (first.at if first else now)
    return {
        "question": question.number,
        "started": question.published,
        "repeats": len(asks) - 1,
        "policy": judged.policy.number,
        "due": due,
        "first": (first.at, first.number, first.kind) if first else None,
        "full": (full.at, full.number) if full else None,
        "withdrawn": away,
        "state": "pre_observed" if due is None else state,
        "breach": due if breach else None,
        "full due": second,
        "full breach": second if second is not None and second < (full.at if full else now) else None,
        "retracted": retracted,
        "early": first is not None and first.at < question.collected,
    }
