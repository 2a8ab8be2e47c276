"""Which body must answer: rules that an administrator reads and edits, what transfers and the region's model say, with the reasons."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from app.domain.authority import AuthorityId
from app.domain.territory import EntryId
from app.domain.topic import group_of

RuleId = NewType("RuleId", int)

SUGGESTIONS = 3
PRIOR = 2.0
"""Hand-overs that a narrower habit needs before it weighs as much as the broader one behind it."""
HABIT_COUNTS = 0.85
"""The most that habits alone are trusted: a rule that fits stands before them, unless they speak clearly against it."""
RULE_COUNTS = 0.9
MODEL_COUNTS = 0.7
"""The most that the region's model is trusted, which has read the message, but was told of no rule."""
OWNER_COUNTS = 0.3
"""The owner of the page, as far as no rule speaks of what the message may be about."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Messages about `topic` (a topic's code, a group's, or `None` for any) in `territory_id` on pages of `owner_id` go to `authority_id`.

    A rule counts in the whole tree below its territory.
    """

    id: RuleId
    topic: str | None
    territory_id: EntryId | None
    owner_id: AuthorityId | None
    authority_id: AuthorityId

    @property
    def narrowness(self) -> tuple[int, int, int]:
        """The narrower rule wins: first by place, then by topic, then by page."""
        topic = 0 if self.topic is None else 2 if "." in self.topic else 1
        return (self.territory_id is not None, topic, self.owner_id is not None)


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known of an incident: its likeliest topics with their chances, its territory with all above it, the page's owner,

    and which bodies the region's model guesses by its words.
    """

    topics: Mapping[str, float]
    territories: Sequence[EntryId]
    owner_id: AuthorityId | None
    guessed: Mapping[AuthorityId, float] = field(default_factory=dict)


class Ground(StrEnum):
    """Why a body is suggested."""

    RULE = "rule"
    HABIT = "habit"
    MODEL = "model"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A body with the chance that it is the right one and what speaks for it; `rule_id` names the rule, if one does."""

    authority_id: AuthorityId
    chance: float
    ground: Ground
    topic: str | None = None
    rule_id: RuleId | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """How often matters of a topic in a territory were handed to a body by people."""

    topic: str
    territory_id: EntryId | None
    authority_id: AuthorityId
    times: float


def rule_for(rules: Iterable[Rule], topic: str, territories: Sequence[EntryId], owner_id: AuthorityId | None) -> Rule | None:
    """The narrowest rule that fits, of two territories the nearer one's; the older of two alike."""
    fitting = [rule for rule in rules if _fits(rule, topic, territories, owner_id)]
    return max(fitting, key=lambda rule: (rule.narrowness, -_distance(rule, territories), -rule.id), default=None)


def route(rules: Iterable[Rule], topic: str | None, territories: Sequence[EntryId], owner_id: AuthorityId | None) -> Rule | None:
    """The rule by which a new incident gets its body: habits hand nothing over by themselves.

    Without a topic only a rule for any topic fits.
    """
    return rule_for(rules, topic or "", territories, owner_id)


def suggest(rules: Iterable[Rule], handed: Iterable[Handed], matter: Matter) -> list[Suggestion]:
    """The likeliest bodies, at most `SUGGESTIONS`, the best first; of one body the strongest ground is told."""
    rules, handed = list(rules), list(handed)
    chances: dict[AuthorityId, float] = {}
    strongest: dict[AuthorityId, tuple[float, Suggestion]] = {}
    for one in _grounds(rules, handed, matter):
        chances[one.authority_id] = chances.get(one.authority_id, 0.0) + one.chance
        if one.chance > strongest.get(one.authority_id, (0.0, one))[0]:
            strongest[one.authority_id] = (one.chance, one)
    total = sum(chances.values())
    ranked = sorted(chances, key=lambda body: (-chances[body], body))[:SUGGESTIONS]
    return [
        Suggestion(body, chances[body] / total, found.ground, found.topic, found.rule_id)
        for body in ranked
        for _, found in [strongest[body]]
        if total > 0
    ]


def _grounds(rules: Sequence[Rule], handed: Sequence[Handed], matter: Matter) -> Iterator[Suggestion]:
    ruled = 0.0
    for topic, chance in matter.topics.items():
        rule = rule_for(rules, topic, matter.territories, matter.owner_id)
        if rule is not None:
            ruled += chance
            yield Suggestion(rule.authority_id, chance * RULE_COUNTS, Ground.RULE, topic, rule.id)
        shares, trust = habits(handed, topic, matter.territories)
        for body, share in shares.items():
            yield Suggestion(body, chance * share * trust, Ground.HABIT, topic)
    for body, chance in matter.guessed.items():
        yield Suggestion(body, chance * MODEL_COUNTS, Ground.MODEL)
    if matter.owner_id is not None:
        yield Suggestion(matter.owner_id, OWNER_COUNTS * max(0.0, 1 - ruled), Ground.OWNER)


def habits(handed: Iterable[Handed], topic: str, territories: Sequence[EntryId]) -> tuple[dict[AuthorityId, float], float]:
    """To whom people handed such matters, as shares, and how far that is to be trusted.

    Each step draws the narrower habit towards the broader one behind it: group, topic, topic in a wider territory, topic in this one.
    """
    known = list(handed)
    steps: list[list[Handed]] = [
        [one for one in known if group_of(one.topic) == group_of(topic)],
        [one for one in known if one.topic == topic],
        *([one for one in known if one.topic == topic and one.territory_id == territory] for territory in reversed(territories)),
    ]
    shares: dict[AuthorityId, float] = {}
    seen = 0.0
    for step in steps:
        times = sum(one.times for one in step)
        if not times:
            continue
        counts: dict[AuthorityId, float] = {body: PRIOR * share for body, share in shares.items()}
        for one in step:
            counts[one.authority_id] = counts.get(one.authority_id, 0.0) + one.times
        total = sum(counts.values())
        shares = {body: count / total for body, count in counts.items()}
        seen = max(seen, times)
    return shares, HABIT_COUNTS * seen / (seen + PRIOR)


def _fits(rule: Rule, topic: str, territories: Sequence[EntryId], owner_id: AuthorityId | None) -> bool:
    return (
        rule.topic in {None, topic, group_of(topic)}
        and (rule.territory_id is None or rule.territory_id in territories)
        and (rule.owner_id is None or rule.owner_id == owner_id)
    )


def _distance(rule: Rule, territories: Sequence[EntryId]) -> int:
    return len(territories) if rule.territory_id is None else list(territories).index(rule.territory_id)
