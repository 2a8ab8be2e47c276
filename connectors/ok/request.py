"""What a page was read for, as versioned JSON: all that its messages and coverage depend on beside the body."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.ok import settings
from connectors.sdk.contract import Coverage, PostRef, Wall
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.versioned import read_versioned, write_versioned

VERSION = 1
NOT_OURS = (ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class WallRequest:
    """A page of topics. Told is what is not older than `earliest` and was not told `again`, by a page before."""

    wall: Wall
    earliest: datetime
    again: frozenset[str]


@dataclass(frozen=True, slots=True)
class ThreadRequest:
    """A page of a topic's comments. Left out are those told `again`; `names` are those that the body does not tell."""

    post: PostRef
    again: frozenset[str]
    names: Mapping[str, str] = field(repr=False)
    coverage: tuple[Coverage, ...]


def write_wall_request(request: WallRequest) -> str:
    fields = {"wall": request.wall.external_id, "from": request.earliest.isoformat(), "again": sorted(request.again)}
    return write_versioned(VERSION, "wall", fields)


def read_wall_request(text: str) -> WallRequest:
    """Raises `UnexpectedResponse` for a request of another version."""
    try:
        fields = read_versioned(VERSION, "wall", text)
        return WallRequest(_wall(fields), datetime.fromisoformat(fields["from"]), frozenset(fields["again"]))
    except NOT_OURS:
        raise _unreadable() from None


def write_thread_request(request: ThreadRequest) -> str:
    covered = [[_moment(one.first_at), _moment(one.last_at)] for one in request.coverage]
    place = {"wall": request.post.wall.external_id, "post": request.post.external_id}
    return write_versioned(VERSION, "thread", {**place, "again": sorted(request.again), "names": dict(request.names), "covered": covered})


def read_thread_request(text: str) -> ThreadRequest:
    """Raises `UnexpectedResponse` for a request of another version."""
    try:
        fields = read_versioned(VERSION, "thread", text)
        post = PostRef(_wall(fields), fields["post"])
        coverage = tuple(Coverage(post, None, first_at=_read(first), last_at=_read(last)) for first, last in fields["covered"])
        return ThreadRequest(post, frozenset(fields["again"]), dict(fields["names"]), coverage)
    except NOT_OURS:
        raise _unreadable() from None


def _unreadable() -> UnexpectedResponse:
    return UnexpectedResponse("what the page was read for is not written as this release writes it")


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment)


def _wall(fields: Mapping[str, Any]) -> Wall:
    return Wall(settings.NETWORK, fields["wall"])
