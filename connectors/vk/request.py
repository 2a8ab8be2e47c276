"""What a page was read for, as versioned JSON: all that its messages and coverage depend on beside the body."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from connectors.sdk.contract import Coverage, PostRef, Wall
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.versioned import read_versioned, write_versioned
from connectors.vk import settings

VERSION = 1
NOT_OURS = (ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class WallRequest:
    """A page of a wall or a board. Told is what is not older than `earliest` and was not told `again`, by a page before."""

    wall: Wall
    earliest: datetime
    again: frozenset[int]


@dataclass(frozen=True, slots=True)
class ThreadRequest:
    """A page of a post's comments: the top level, or the thread under `root_id`.

    Left out are comments told `again`, and the replies of those roots whose threads are read `apart`.
    """

    post: PostRef
    root_id: int | None
    again: frozenset[int]
    apart: frozenset[int]
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
    """Stretches of ids that many threads share are written once."""
    shared = groupby(request.coverage, key=lambda one: (one.first_id, one.last_id))
    covered = [[*stretch, [one.root_id for one in ones]] for stretch, ones in shared]
    place = {"wall": request.post.wall.external_id, "post": request.post.external_id, "root": request.root_id}
    return write_versioned(VERSION, "thread", {**place, "again": sorted(request.again), "apart": sorted(request.apart), "covered": covered})


def read_thread_request(text: str) -> ThreadRequest:
    """Raises `UnexpectedResponse` for a request of another version."""
    try:
        fields = read_versioned(VERSION, "thread", text)
        post = PostRef(_wall(fields), fields["post"])
        coverage = tuple(_covered(post, fields["covered"]))
        return ThreadRequest(post, fields["root"], frozenset(fields["again"]), frozenset(fields["apart"]), coverage)
    except NOT_OURS:
        raise _unreadable() from None


def _unreadable() -> UnexpectedResponse:
    return UnexpectedResponse("what the page was read for is not written as this release writes it")


def _covered(post: PostRef, stretches: Sequence[Sequence[Any]]) -> Iterable[Coverage]:
    for first_id, last_id, roots in stretches:
        for root_id in roots:
            yield Coverage(post, root_id, first_id, last_id)


def _wall(fields: Mapping[str, Any]) -> Wall:
    return Wall(settings.NETWORK, fields["wall"])
