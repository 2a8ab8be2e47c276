"""The clocks against the definition written a second time, over threads that chance makes up."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from app.domain.answer_rules import classify_answer
from app.domain.conversation import OfficialMessage, Officials, OwnMessage, TextVersion, facts_of
from app.domain.deadline import ClockStart, Policy, PolicyId, SubstantiveTerm, Terms
from app.domain.message import MessageId, Presence, ThreadText
from app.domain.turn import Turn, TurnFlag, TurnState, turns_of
from app.domain.working_time import Calendar
from tests.domain.oracle import Record, Rules, Text, turns

THREADS = 1500
START = datetime(2026, 3, 11, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
SAID = {
    "ack": "Спасибо, уточним.",
    "substantive": "Яма на Ленина засыпана сегодня утром.",
    "interim": "Ремонт выполним до 20 марта.",
    "none": "👍",
    "moved_to_private": "Напишите нам в личные сообщения.",
    "refusal_with_reason": "Отказано, так как участок частный.",
    "auto": "Это автоматический ответ: Ваше обращение принято.",
}
RESIDENTS = ("resident", "neighbour")


class Chance:
    """Draws a thread: who wrote, edited and deleted what, and what operators and the region did meanwhile."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._span = self._random.choice([40, 600, 1200])

    def thread(self) -> Record:
        random = self._random
        post = Text(0, random.choice(["page", "page", *RESIDENTS]), START - MINUTE, START, [("other", START - MINUTE, None)])
        if post.author != "page" and random.random() < 0.7:
            post.versions, post.urgent = [("ask", post.published, None)], random.random() < 0.3
        texts = [post]
        for number in range(1, random.randint(3, 10)):
            texts.append(self._comment(number, texts[1:]))
        body = (self.moment(), random.choice([None, self.moment()]))
        watched = random.choice([START - HOUR] * 3 + [self.moment()])
        record = Record(texts, {"page": (START - 99 * HOUR, None), "body": body}, RESIDENTS[0], watched, self._policies())
        self._steps(record)
        return record

    def moment(self) -> datetime:
        return START + self._random.randint(0, self._span) * 5 * MINUTE

    def _comment(self, number: int, before: list[Text]) -> Text:
        random, at = self._random, self.moment()
        author = random.choice([RESIDENTS[0]] * 3 + [RESIDENTS[1], "page", "page", "page", "body", "staff"])
        text = Text(number, author, at, at + random.randint(0, 60) * MINUTE, [])
        if before and random.random() < 0.8:
            other = random.choice(before)
            text.root = other.root or other.number
            text.reply_to = other.number if random.random() < 0.75 else None
        if random.random() < 0.25:
            text.mentions = tuple(random.sample(RESIDENTS, random.randint(1, 2)))
        if random.random() < 0.3:
            text.last_seen = at + random.choice([1, 5, 10, 25, 29, 30, 31, 60, 400, 1500]) * MINUTE
            text.missed = text.last_seen + random.choice([1, 5, 30, 90, 900]) * MINUTE
        if author in RESIDENTS:
            text.versions, text.urgent = [(random.choice(["ask", "ask", "ask", "other"]), at, None)], random.random() < 0.2
            return text
        seen: datetime | None = None
        for _ in range(random.choice([1, 1, 1, 2, 3])):
            text.versions.append((random.choice(list(SAID)), at, seen))
            seen = text.collected if seen is None else at
            at = seen + random.choice([1, 10, 100, 1000]) * MINUTE
        return text

    def _policies(self) -> list[Rules]:
        found: list[Rules] = []
        moments = sorted({self.moment() for _ in range(self._random.choice([0, 0, 1, 2]))})
        for number, since in enumerate([START - 99 * HOUR, *moments], start=1):
            term, urgent = self._random.choice([3, 9, 24]) * HOUR, self._random.choice([1, 4]) * HOUR
            start, days = self._random.choice(list(ClockStart)), self._random.choice([None, 1, 2, 3, 7])
            found.append(Rules(number, term, urgent, start.value, self._random.random() < 0.25, days, since))
        return found

    def _steps(self, record: Record) -> None:
        random = self._random
        record.handed_over = random.choice([None, self.moment()])
        for text in record.texts[1:]:
            if record.is_official(text) and (chance := random.random()) < 0.16:
                (record.linked if chance < 0.08 else record.refused).add(text.number)
        if random.random() < 0.15:
            since, until = sorted([self.moment(), self.moment()])
            record.dismissed = {text.number for text in record.texts if since < text.published < until}
        if random.random() < 0.15:
            record.closed = max(text.published for text in record.texts) + random.randint(0, 900) * MINUTE


def by_the_code(record: Record, order: Random) -> tuple[Turn, ...]:
    """What the domain makes of the same thread, its messages met in any order."""
    own, official = [], []
    for text in record.texts:
        gone = None if text.missed is None or text.last_seen is None else Presence(text.last_seen, text.missed)
        number, place = MessageId(text.number), named(text.number) or ""
        if text.author == record.resident:
            is_ask = text.versions[0][0] == "ask"
            own.append(OwnMessage(number, place, text.published, text.collected, is_ask, text.urgent, gone))
        elif text.number and record.is_official(text):
            stands = ThreadText(number, place, named(text.reply_to), named(text.root), text.mentions)
            versions = [TextVersion(SAID[kind], at if seen else text.collected) for kind, at, seen in text.versions]
            official.append(OfficialMessage(stands, text.author, None, text.published, (), tuple(versions), gone))
    order.shuffle(own)
    order.shuffle(official)
    facts = facts_of(record.resident, own, Officials(official), linked={MessageId(number) for number in record.linked})
    asks = [replace(ask, dismissed=ask.message_id in record.dismissed) for ask in facts.asks.values()]
    answers = [answer for answer in facts.answers.values() if answer.message_id not in record.refused]
    policies = [policy_of(rules) for rules in record.policies]
    terms = Terms(policies[0], record.watched, tuple(policies[1:]), record.handed_over, record.closed)
    return turns_of(asks, answers, terms) if asks else ()


def named(number: int | None) -> str | None:
    return None if number is None else f"c{number}" if number else ""


def policy_of(rules: Rules) -> Policy:
    full = None if rules.full_days is None else SubstantiveTerm(rules.full_days, Calendar("weekdays", UTC))
    return Policy(
        PolicyId(rules.number),
        "drawn",
        rules.number,
        rules.term,
        rules.urgent_term,
        ClockStart(rules.start),
        ack_stops=rules.ack_stops,
        substantive=full,
        active_from=rules.since,
        rejudges=True,
    )


def shown(turn: Turn, now: datetime) -> dict[str, object]:
    """A turn in the oracle's words."""
    if turn.state(now) is TurnState.NOT_REQUIRED:
        return {"question": turn.question_id, "state": "not_required"}
    first, full = turn.first, turn.substantive
    return {
        "question": turn.question_id,
        "started": turn.started_at,
        "repeats": turn.repeats,
        "policy": turn.policy_id,
        "due": turn.due_at,
        "first": (first.at, first.message_id, first.answer_class.value) if first else None,
        "full": (full.at, full.message_id) if full else None,
        "withdrawn": turn.withdrawn_at,
        "state": turn.state(now).value,
        "breach": turn.breached_at(now),
        "full due": turn.substantive_due_at,
        "full breach": turn.substantive_breached_at(now),
        "retracted": TurnFlag.RETRACTED in turn.flags,
        "early": TurnFlag.ANSWERED_BEFORE_DETECTION in turn.flags,
    }


def test_the_texts_are_what_they_are_taken_for() -> None:
    assert {kind: classify_answer(text)[0].value for kind, text in SAID.items()} == {kind: kind for kind in SAID}


def test_the_clocks_are_those_of_the_definition() -> None:
    states: Counter[object] = Counter()
    for seed in range(THREADS):
        chance = Chance(seed)
        record, now = chance.thread(), chance.moment() + 24 * HOUR
        found = [shown(turn, now) for turn in by_the_code(record, Random(seed))]
        owed = [one for one in found if one["state"] != "not_required"]
        assert (owed or found[:1]) == turns(record, now), f"thread {seed}"
        states.update(one["state"] for one in owed or found[:1])

    assert all(states[state.value] > THREADS / 100 for state in TurnState), states
