"""Surges and recurring problems as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas.queue import PageQuery
from app.api.schemas.shape import NamedOut, example
from app.storage.surges import Recurrence, ShownSurge

SURGE: dict[str, Any] = {
    "id": 5,
    "topic": "water.no_cold",
    "territory": {"id": 12, "name": "город Заречный"},
    "began_at": "2026-03-11T06:10:00Z",
    "raised_at": "2026-03-11T06:40:00Z",
    "ended_at": None,
    "messages": 14,
    "usual": 0.4,
}
RECURRENCE: dict[str, Any] = {"topic": "roads.drainage", "territory": {"id": 12, "name": "город Заречный"}, "weeks": 6, "messages": 21}


class SurgeQuery(PageQuery):
    """Which surges are wanted: those that last, or all that ever were."""

    open: bool = True


class SurgeOut(BaseModel):
    """More than usual is written of a topic in a territory: `messages` since `began_at`, where `usual` would be so many."""

    model_config = example(**SURGE)

    id: int
    topic: str
    territory: NamedOut | None
    began_at: datetime
    raised_at: datetime
    ended_at: datetime | None
    messages: int
    usual: float

    @classmethod
    def of(cls, one: ShownSurge) -> "SurgeOut":
        return cls(
            id=one.id,
            topic=one.topic,
            territory=_territory(one),
            began_at=one.began_at,
            raised_at=one.raised_at,
            ended_at=one.ended_at,
            messages=one.messages,
            usual=round(one.usual, 2),
        )


class SurgePage(BaseModel):
    """A page of surges, the newest first."""

    model_config = example(items=[SURGE], next_cursor=None)

    items: list[SurgeOut]
    next_cursor: str | None


class RecurringQuery(BaseModel):
    """Over how many of the last weeks, and in how many of them at least."""

    model_config = ConfigDict(extra="forbid")

    weeks: Annotated[int, Field(ge=2, le=52)] = 8
    least: Annotated[int, Field(ge=2, le=52)] = 4


class RecurrenceOut(BaseModel):
    """A problem that comes back: in how many different weeks it was written of, and how often in all."""

    model_config = example(**RECURRENCE)

    topic: str
    territory: NamedOut | None
    weeks: int
    messages: int

    @classmethod
    def of(cls, one: Recurrence) -> "RecurrenceOut":
        return cls(topic=one.topic, territory=_territory(one), weeks=one.weeks, messages=one.messages)


class RecurrenceList(BaseModel):
    """What needs a decision rather than an answer, the most stubborn first; 200 at most."""

    model_config = example(items=[RECURRENCE])

    items: list[RecurrenceOut]

    @classmethod
    def of(cls, found: Sequence[Recurrence]) -> "RecurrenceList":
        return cls(items=[RecurrenceOut.of(one) for one in found])


def _territory(one: ShownSurge | Recurrence) -> NamedOut | None:
    return None if one.territory_id is None else NamedOut(id=one.territory_id, name=one.territory_name or "")
