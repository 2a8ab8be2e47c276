"""What happens to incidents is told as it happens, nothing is left out, and nobody hears more than the token admits."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.api import event_stream
from app.domain.operator import Role
from app.storage.event_feed import CHANNEL
from app.usecases import follow_events
from app.usecases.follow_events import EventFeed
from connectors.sdk.emulation.loopback import serve
from tests.api.conftest import Api
from tests.patience import PATIENCE_SECONDS
from tests.usecases.reading import Reader, comment, post


@pytest.fixture
async def base(api: Api) -> AsyncIterator[str]:
    """The address of the application over loopback: only there answers arrive piece by piece."""
    async with running(api.app.state.feed), serve(api.app) as url:
        yield f"{url}/api/v1"


@asynccontextmanager
async def running(feed: EventFeed) -> AsyncIterator[EventFeed]:
    """The feed at work."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(feed.run())
        yield feed
        task.cancel()


def feed_of(api: Api) -> AbstractAsyncContextManager[EventFeed]:
    """A feed over the application's database."""
    return running(EventFeed(api.context.database, api.context.region_id))


@asynccontextmanager
async def listening(
    api: Api, base: str, *, after: int | None = None, role: Role = Role.VIEWER
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """Reads the stream over HTTP, one event at a time."""
    headers = {"Authorization": f"Bearer {await api.token(role)}"} | ({} if after is None else {"Last-Event-ID": str(after)})
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client,
        client.stream("GET", f"{base}/events/stream", headers=headers) as answer,
    ):
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    found: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if name in {"id", "event", "data"}:
            found[name] = value
        elif not line and found:
            told = json.loads(found["data"])
            assert (str(told["id"]), told["type"]) == (found["id"], found["event"])
            yield told
            found = {}


async def open_two(reader: Reader, noon: datetime) -> None:
    """Two complaints of two people."""
    said = [comment(number, "Холодно!", noon - timedelta(hours=1), by=str(number)) for number in (101, 102)]
    await reader.read(post(100, "Новости", noon - timedelta(hours=2)), *said, at=noon)


async def last_event(api: Api) -> int:
    async with api.context.database.read() as session:
        return int(str(await session.scalar(text("SELECT coalesce(max(id), 0) FROM incident_events"))))


async def test_what_happens_is_told_as_it_happens(api: Api, base: str, reader: Reader, noon: datetime, anna: httpx.AsyncClient) -> None:
    async with listening(api, base) as events:
        await open_two(reader, noon)
        opened = [await anext(events) for _ in range(2)]
        number = opened[0]["incident_id"]
        assert [one["type"] for one in opened] == ["opened", "opened"]
        await anna.post(
            f"/incidents/{number}/take", headers={"If-Match": f'"{(await anna.get(f"/incidents/{number}")).json()["version"]}"'}
        )
        taken = await anext(one async for one in events if one["type"] == "taken")

    assert (taken["incident_id"], taken["actor"]["name"]) == (number, "operator")
    log = (await anna.get(f"/incidents/{number}/events")).json()["items"]
    assert {key: value for key, value in taken.items() if key != "incident_id"} in log


async def test_who_comes_again_hears_what_was_missed_and_nothing_twice(api: Api, base: str, reader: Reader, noon: datetime) -> None:
    await open_two(reader, noon)
    last = await last_event(api)
    async with listening(api, base, after=last - 1) as events, listening(api, base, after=0) as all_events:
        assert [(await anext(all_events))["id"] for _ in range(2)] == [last - 1, last]
        assert (await anext(events))["id"] == last
        async with api.context.database.write() as session:
            (new,) = (await session.execute(text(INSERT.format(count=1)))).scalars().all()
        assert (await anext(events))["id"] == (await anext(all_events))["id"] == new


INSERT = (
    "INSERT INTO incident_events (region_id, incident_id, type, at, recorded_at, data)"
    " SELECT region_id, incident_id, 'reopened', at, recorded_at, '{{}}' FROM"
    " (SELECT * FROM incident_events ORDER BY id LIMIT 1) e, generate_series(1, {count}) RETURNING id"
)


async def test_no_event_is_left_out_when_smaller_numbers_are_committed_later(api: Api, reader: Reader, noon: datetime) -> None:
    await open_two(reader, noon)
    async with asyncio.timeout(PATIENCE_SECONDS), feed_of(api) as feed, feed.follow() as events:
        async with api.context.database.write() as slow:
            smaller = (await slow.execute(text(INSERT.format(count=300)))).scalars().all()
            async with api.context.database.write() as quick:
                greater = (await quick.execute(text(INSERT.format(count=300)))).scalars().all()
        told = [(await anext(events)).recorded.id for _ in range(600)]

    assert told == [*smaller, *greater], "each once, and in the order of their numbers, so that one can go on after any of them"


async def test_a_number_that_never_comes_holds_others_back_for_a_while_only(
    api: Api, reader: Reader, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_events, "HELD_BACK", 0.2)
    monkeypatch.setattr(follow_events, "LOOK_AT_GAPS", 0.05)
    await open_two(reader, noon)
    async with asyncio.timeout(PATIENCE_SECONDS), feed_of(api) as feed, feed.follow() as events, api.context.database.write() as slow:
        (late,) = (await slow.execute(text(INSERT.format(count=1)))).scalars().all()
        async with api.context.database.write() as quick:
            ready = (await quick.execute(text(INSERT.format(count=2500)))).scalars().all()
        assert [(await anext(events)).recorded.id for _ in ready] == ready, "more than are read at once"
        await slow.commit()
        assert (await anext(events)).recorded.id == late, "it is told all the same, if late"


async def test_a_revoked_token_hears_no_more_although_nothing_happens(
    api: Api, base: str, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "ADMITTED_FOR", 0.05)
    async with listening(api, base) as events:
        (one,) = [token for token in (await admin.get("/tokens")).json()["items"] if token["role"] == "viewer"]
        while one["last_used_at"] is None:  # while the stream is open, not at its end
            await asyncio.sleep(0.02)
            one = (await admin.get("/tokens")).json()["items"][-1]
        await admin.delete(f"/tokens/{one['id']}")
        assert [event async for event in events] == []


async def test_a_token_has_so_many_streams_and_gets_a_closed_one_back(api: Api, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "STREAMS_PER_TOKEN", 1)
    secret = await api.token(Role.VIEWER)
    address, headers = f"{base}/events/stream", {"Authorization": f"Bearer {secret}"}
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(timeout=PATIENCE_SECONDS, headers=headers) as client:
        async with client.stream("GET", address), listening(api, base, role=Role.OPERATOR):
            refused = await client.get(address)
            assert (refused.status_code, refused.json()["type"]) == (429, "urn:otklik:problem:too-many-streams")
            assert int(refused.headers["Retry-After"]) > 0
        answers = [429]
        while answers[-1] == 429:  # until the server has noticed that the first one left
            async with client.stream("GET", address) as again:
                answers.append(again.status_code)
    assert answers[-1] == 200


async def test_a_reader_who_falls_behind_is_let_go_and_stops_no_other(
    api: Api, reader: Reader, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_events, "WAITING_AT_MOST", 1)
    async with asyncio.timeout(PATIENCE_SECONDS), feed_of(api) as feed, feed.follow() as slow:
        monkeypatch.setattr(follow_events, "WAITING_AT_MOST", 100)
        async with feed.follow() as quick:
            await open_two(reader, noon)
            heard = [await anext(quick) for _ in range(2)]
            assert [one async for one in slow] == []
    assert len({one.incident_id for one in heard}) == 2


async def test_readers_are_let_go_when_the_database_stops_telling(api: Api) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), feed_of(api) as feed, feed.follow() as events:
        async with api.context.database.write() as session:
            ended = await session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND query LIKE :listen AND pid <> pg_backend_pid()"
                ),
                {"listen": f"LISTEN%{CHANNEL}%"},
            )
            assert ended.scalars().all() == [True]
        assert [one async for one in events] == []
