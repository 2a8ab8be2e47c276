"""Fetches pushed events from VK's Bots Long Poll, for servers that VK cannot reach.

The cursor is VK's `ts`. Where to ask and with what key is asked anew when VK says that the key has run out, and kept by
the process only: a key opens a community's events to whoever has it.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from connectors.sdk.contract import Cursor, Updates, Wall
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.fields import line, mapping, records, whole
from connectors.sdk.http import LongCall, Received
from connectors.vk import settings
from connectors.vk.client import VkClient
from connectors.vk.events import kept_event
from connectors.vk.push import group_of

NAME = "long_poll"
TS_LOST, KEY_OLD, KEY_AND_TS_LOST = 1, 2, 3
"""Values of `failed`: events are gone, go on with the given `ts`; get a new key; get a new key and a new `ts`."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask for a community's events."""

    address: str
    key: str = field(repr=False)
    ts: str


class LongPoll:
    """The long polls of one connector."""

    def __init__(self, client: VkClient, *, seconds: int = settings.LONG_POLL_SECONDS) -> None:
        self._client = client
        self._seconds = seconds
        self._servers: dict[int, Server] = {}

    async def wait_for_updates(self, wall: Wall, since: Cursor | None) -> Updates:
        """Events since the cursor; one that cannot be read is as good as none, and says that events are lost."""
        group_id, ts = group_of(wall), read_cursor(since)
        server = self._servers.get(group_id) or await self._find(group_id)
        if ts is None:
            return Updates((), write_cursor(server.ts), lost=since is not None)
        answer = await self._client.wait(self._call(server, ts), _document)
        match whole(answer.get("failed")):
            case None:
                return Updates(tuple(kept_event(one) for one in _envelopes(answer, group_id)), write_cursor(_ts(answer)))
            case int(code) if code == TS_LOST:
                return Updates((), write_cursor(_ts(answer)), lost=True)
            case int(code) if code == KEY_OLD:
                await self._find(group_id)
                return Updates((), write_cursor(ts))
            case int(code) if code == KEY_AND_TS_LOST:
                return Updates((), write_cursor((await self._find(group_id)).ts), lost=True)
            case code:
                self._servers.pop(group_id, None)
                raise UnexpectedResponse(f"{NAME}: failed with the unknown code {code}")

    async def _find(self, group_id: int) -> Server:
        answer = await self._client.read_own("groups.getLongPollServer", {"group_id": group_id}, group_id=group_id)
        fields = mapping(answer.response)
        server = Server(line(fields.get("server")), line(fields.get("key")), _ts(fields))
        if not server.address.startswith(("http://", "https://")) or not server.key:
            raise UnexpectedResponse(f"{answer.method}: no address or no key in the answer")
        self._servers[group_id] = server
        return server

    def _call(self, server: Server, ts: str) -> LongCall:
        query = {"act": "a_check", "key": server.key, "ts": ts, "wait": str(self._seconds)}
        return LongCall(NAME, server.address, query, self._seconds)


def read_cursor(cursor: Cursor | None) -> str | None:
    """The `ts` in a cursor; `None` for one that is absent or damaged."""
    try:
        found = json.loads(cursor or "null")
    except (ValueError, RecursionError):
        return None
    ts = found.get("ts") if isinstance(found, dict) and found.get("kind") == NAME else None
    return ts if isinstance(ts, str) else None


def write_cursor(ts: str) -> Cursor:
    return Cursor(json.dumps({"v": 1, "kind": NAME, "ts": ts}))


def _ts(answer: Any) -> str:
    """VK writes it as a number or as a string."""
    ts = whole(answer.get("ts"))
    if ts is None:
        raise UnexpectedResponse(f"{NAME}: no ts in the answer")
    return str(ts)


def _document(received: Received) -> dict[str, Any]:
    if not isinstance(received.document, dict):
        raise UnexpectedResponse(f"{NAME}: the answer is no object")
    return received.document


def _envelopes(answer: dict[str, Any], group_id: int) -> list[dict[str, Any]]:
    """The community's own events; VK mixes none in, and what is not ours is not kept."""
    found = records(answer.get("updates"))
    return [one for one in found if isinstance(one.get("type"), str) and whole(one.get("group_id")) == group_id]
