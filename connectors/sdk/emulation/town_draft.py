"""A thread between script and town: who says what to whom is decided, the moments are not yet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from math import log
from random import Random

from connectors.sdk.emulation.town import TownMessage
from connectors.sdk.emulation.town_truth import QUESTION_KINDS

RESIDENTS_MEAN_DELAY = timedelta(minutes=40)
OFFICIALS_MEDIAN_DELAY = timedelta(hours=3)
OFFICIALS_SPREAD = 1.1
"""Standard deviation of the logarithm: some answers come in minutes, some after a day."""


@dataclass(slots=True, eq=False)
class Draft:
    """A message to be. `above` is the comment that it replies to, `after` what must have happened before it."""

    key: str
    author_id: int
    text: str
    above: "Draft | None" = None
    after: "Draft | None" = None
    kind: str | None = None
    answer: str | None = None
    is_official: bool = False
    mentions: tuple[int, ...] = ()
    lifetime: timedelta | None = None
    edit: tuple[timedelta, str] | None = None
    at: datetime | None = None

    def leads_to(self, other: "Draft") -> bool:
        """Whether the other is this one or stands somewhere before it."""
        return self is other or any(step.leads_to(other) for step in (self.above, self.after) if step)


@dataclass(slots=True, eq=False)
class Scene:
    """One thread in the making and what its cases may draw on. `strangers` are residents who are not yet in the thread."""

    page_id: int
    post: Draft
    random: Random
    strangers: Iterator[int]
    comments: list[Draft] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def say(
        self, author_id: int, text: str, *, above: Draft | None, after: Draft, kind: str | None = None, answer: str | None = None
    ) -> Draft:
        """Adds a comment to the thread."""
        key = f"{self.post.key}/+{next(self.numbers)}"
        added = Draft(key, author_id, text, above, after, kind, answer, is_official=answer is not None)
        self.comments.append(added)
        return added

    def remove(self, unwanted: Draft) -> None:
        """Takes out a comment with all that follows from it."""
        self.comments = [comment for comment in self.comments if not comment.leads_to(unwanted)]

    def answers_to(self, author_id: int) -> list[Draft]:
        """Official comments that reply to the author or mention them."""
        return [
            comment
            for comment in self.comments
            if comment.is_official and (author_id in comment.mentions or (comment.above or self.post).author_id == author_id)
        ]

    def questions_of(self, author_id: int) -> list[Draft]:
        """What the author asks in this thread."""
        return [draft for draft in (self.post, *self.comments) if draft.author_id == author_id and draft.kind in QUESTION_KINDS]

    def pass_minutes(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=self.random.randrange(least * 60, most * 60))


def set_moments(scene: Scene, published_at: datetime) -> None:
    """Gives every message its moment, in whole seconds: people answer each other in minutes, officials mostly in hours."""
    scene.post.at = published_at
    for comment in scene.comments:
        moment_of(comment, scene)


def moment_of(draft: Draft, scene: Scene) -> datetime:
    """The moment of a draft; what it follows gets its moment first."""
    if draft.at is None:
        befores = [moment_of(before, scene) for before in (draft.above, draft.after, scene.post) if before]
        draft.at = max(befores) + delay(draft, scene.random)
    return draft.at


def delay(draft: Draft, random: Random) -> timedelta:
    if draft.is_official:
        seconds = random.lognormvariate(log(OFFICIALS_MEDIAN_DELAY.total_seconds()), OFFICIALS_SPREAD)
    else:
        seconds = random.expovariate(1 / RESIDENTS_MEAN_DELAY.total_seconds())
    return timedelta(seconds=5 + int(seconds))


def happened(scene: Scene, now: datetime) -> Iterator[TownMessage]:
    """The messages published by `now` with the edits and deletions that have happened by then."""
    for draft in (scene.post, *scene.comments):
        if draft.at and draft.at <= now:
            yield as_message(draft, draft.at, scene, now)


def as_message(draft: Draft, at: datetime, scene: Scene, now: datetime) -> TownMessage:
    is_comment = draft is not scene.post
    deleted_at = at + draft.lifetime if draft.lifetime else None
    edits = ((at + draft.edit[0], draft.edit[1]),) if draft.edit else ()
    return TownMessage(
        key=draft.key,
        page_id=scene.page_id,
        author_id=draft.author_id,
        at=at,
        text=draft.text,
        post_key=scene.post.key if is_comment else None,
        reply_to_key=draft.above.key if is_comment and draft.above else None,
        mentions=draft.mentions,
        edits=tuple(edit for edit in edits if edit[0] <= now),
        deleted_at=deleted_at if deleted_at and deleted_at <= now else None,
    )
