"""Watched pages as the API takes and shows them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool

from app.api.parameters import LARGEST_VERSION, STORABLE, AuthorityInBody, TerritoryInBody
from app.api.schemas.shape import NamedOut, example, strict_example
from app.domain.polling.plan import HEAVIEST, LIGHTEST
from app.domain.push_channel import PushHealth, PushMode
from app.domain.source import PauseReason, SourceStatus
from app.storage.sources import Registered

PUSH = {
    "mode": "callback",
    "direct_messages": False,
    "since": "2026-03-02T00:00:00Z",
    "last_event_at": "2026-03-11T11:59:30Z",
    "missed": 1,
    "missed_at": "2026-03-05T08:00:00Z",
    "keeps_up": True,
    "failures": 0,
    "last_error": None,
}
SOURCE = {
    "id": 2,
    "network": "vk",
    "external_id": "-7",
    "name": "Администрация города",
    "url": "https://vk.com/club7",
    "official": True,
    "test": False,
    "authority": {"id": 4, "name": "Городская администрация"},
    "territory_id": 12,
    "status": "active",
    "paused_reason": None,
    "failures": 0,
    "last_error": None,
    "last_error_at": None,
    "next_poll_at": "2026-03-11T12:05:00Z",
    "last_polled_at": "2026-03-11T12:00:00Z",
    "last_success_at": "2026-03-11T12:00:00Z",
    "weight": 1.0,
    "posts_per_day": 3.2,
    "poll_interval_seconds": 300.0,
    "monitored_since": "2026-03-01T00:00:00Z",
    "created_at": "2026-03-01T00:00:00Z",
    "push": PUSH,
    "capabilities": ["count_comments", "read_comments", "read_posts", "resolve"],
    "probes": {},
    "version": 1,
}
Link = Annotated[str, Field(min_length=1, max_length=500, pattern=STORABLE)]


class SourceIn(BaseModel):
    """A page to watch, by its link in any form that people write it. A `test` page is read like any other and counts nowhere."""

    model_config = strict_example(url="https://vk.com/example", official=True, authority_id=4)

    url: Link
    official: StrictBool = False
    authority_id: AuthorityInBody | None = None
    territory_id: TerritoryInBody | None = None
    test: StrictBool = False


class SourcePatch(BaseModel):
    """What is to change of a page; what is left out stays, null as `authority_id` or `territory_id` takes it away.

    `weight` is how much a message of the page counts beside others when polls are planned: 1 is usual, 25 for a page in a crisis.
    `version` is that of the page as it was read, to be told when somebody was faster.
    """

    model_config = strict_example(status="paused", version=1)

    official: StrictBool | None = None
    authority_id: AuthorityInBody | None = None
    territory_id: TerritoryInBody | None = None
    status: SourceStatus | None = None
    test: StrictBool | None = None
    weight: Annotated[float, Field(ge=LIGHTEST, le=HEAVIEST, strict=True)] | None = None
    version: Annotated[int, Field(ge=1, le=LARGEST_VERSION, strict=True)] | None = None


class PushOut(BaseModel):
    """How the network's own telling of a page's news does. `missed` is what polling found first although it should have come."""

    model_config = example(**PUSH)

    mode: PushMode
    direct_messages: bool
    since: datetime
    last_event_at: datetime | None
    missed: int
    missed_at: datetime | None
    keeps_up: bool
    failures: int
    last_error: str | None

    @classmethod
    def of(cls, health: PushHealth) -> "PushOut":
        return cls(**{name: getattr(health, name) for name in cls.model_fields})


class SourceOut(BaseModel):
    """A watched page: what it is, and how watching it goes. `probes`: what an uncertain network said when it was asked."""

    model_config = example(**SOURCE)

    id: int
    network: str
    external_id: str
    name: str
    url: str
    official: bool
    test: bool
    authority: NamedOut | None
    territory_id: int | None
    status: SourceStatus
    paused_reason: PauseReason | None
    failures: int
    last_error: str | None
    last_error_at: datetime | None
    next_poll_at: datetime | None
    last_polled_at: datetime | None
    last_success_at: datetime | None
    weight: float
    posts_per_day: float | None
    poll_interval_seconds: float | None
    monitored_since: datetime
    created_at: datetime
    push: PushOut | None
    capabilities: list[str]
    probes: dict[str, str]
    version: int

    @classmethod
    def of(cls, registered: Registered, capabilities: Collection[str], push: PushHealth | None, probes: Mapping[str, str]) -> "SourceOut":
        source, name = registered.source, registered.authority_name
        return cls(
            id=source.id,
            network=source.network,
            external_id=source.external_id,
            name=source.name,
            url=source.url,
            official=source.official,
            test=source.test,
            authority=None if source.authority_id is None or name is None else NamedOut(id=source.authority_id, name=name),
            territory_id=source.territory_id,
            status=source.status,
            paused_reason=registered.paused_reason,
            failures=registered.failures,
            last_error=registered.last_error,
            last_error_at=registered.last_error_at,
            next_poll_at=registered.next_poll_at,
            last_polled_at=registered.last_polled_at,
            last_success_at=registered.last_success_at,
            weight=registered.weight,
            posts_per_day=None if registered.rate is None else round(registered.rate, 3),
            poll_interval_seconds=None if registered.interval is None else registered.interval.total_seconds(),
            monitored_since=source.monitored_since,
            created_at=registered.created_at,
            push=None if push is None else PushOut.of(push),
            capabilities=sorted(capabilities),
            probes=dict(probes),
            version=registered.version,
        )


class SourcePage(BaseModel):
    """A page of the registry."""

    model_config = example(items=[SOURCE], next_cursor=None)

    items: list[SourceOut]
    next_cursor: str | None
