"""A town is read under faults and its kept answers are replayed: nothing differs but what was changed on purpose."""

import contextlib
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.classifier.contract import Classifier, TextInContext
from app.domain.verdict import Kind, Verdict
from app.storage.engine import Database
from app.storage.replay import differences
from app.storage.replay.differences import Difference
from app.storage.replay.evidence import Window
from app.storage.replay.schemas import drop_leftovers, replay_schema, schema_of
from app.usecases.replay import Replay, replay
from tests.end_to_end.networks import OK, VK, Net
from tests.end_to_end.test_town import failing
from tests.end_to_end.verdicts import ByLabel
from tests.end_to_end.watch import Hands, Watch, make_town, watched_town

LIVED = timedelta(hours=6)
EARLIER = "SELECT v.text FROM message_versions v JOIN messages m ON m.id = v.message_id WHERE m.kind = 'other' AND m.author_id IS NOT NULL"
SWEPT = timedelta(hours=16)
"""After so long even what no counter shows has been found."""


class Stricter:
    """The town's classifier with one change: what another one calls thanks is a complaint."""

    name = "by-label"

    def __init__(self, before: Classifier) -> None:
        self._before = before

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        return [self._judge(one) for one in self._before.classify(texts)]

    def _judge(self, verdict: Verdict) -> Verdict:
        changed = Kind.COMPLAINT if verdict.kind is Kind.THANKS else verdict.kind
        return Verdict(changed, verdict.confidence, verdict.topic, verdict.topic_confidence, verdict.urgent, verdict.model)


@dataclass(frozen=True, slots=True)
class Lived:
    """A town that has been read."""

    watch: Watch
    database: Database
    start: datetime
    end: datetime

    async def replayed(self, classifier: Classifier | None = None, *, start: datetime | None = None) -> list[Difference]:
        intake, polling = self.watch.polling.intake, self.watch.polling
        window = Window(intake.region_id, start or self.start, self.end)
        async with replay_schema(self.database, keep=False) as (name, made):
            done: list[int] = []
            await replay(Replay(self.database, made, classifier or intake.classifier, window, polling.connector_for, done.append))
            async with self.database.read() as session:
                own = await schema_of(session)
            async with made.write() as session:
                return [one async for one in differences.found(session, window, own=own, made=name)]

    async def run(self, statement: str, **parameters: Any) -> None:
        async with self.database.write() as session:
            await session.execute(text(statement), parameters)


@contextlib.asynccontextmanager
async def lived_town(database: Database, noon: datetime, net: Net) -> AsyncIterator[Lived]:
    town = make_town(5, noon, pages=2, threads=40, days=LIVED / timedelta(days=1))
    hands = Hands(noon - LIVED)
    async with watched_town(database, town, ByLabel(town), hands, since=noon - LIVED, net=net, faults=failing(net)) as watch:
        await watch.go_on(timedelta(minutes=20), until=noon - LIVED / 3)
        spoil(watch)
        await watch.go_on(timedelta(minutes=20), until=noon)
        await watch.go_on(timedelta(hours=2), until=noon + SWEPT)
        yield Lived(watch, database, noon - 2 * LIVED, noon + timedelta(days=1))


def spoil(watch: Watch) -> None:
    """Changes a few comments of residents and takes a few others back, now."""
    now = watch.hands.now
    comments = [one for one in watch.town.town.messages if one.post_key and one.at < now and one.author_id > 0 and not one.deleted_at]
    for one in comments[::9]:
        watch.emulator.change(one.key, edits=((now, f"{one.text} Ждём."),))
    for one in comments[4::9]:
        watch.emulator.change(one.key, deleted_at=now)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("net", [VK, OK], ids=["vk", "ok"])
async def test_a_replay_of_a_town_differs_only_where_something_was_changed(database: Database, noon: datetime, net: Net) -> None:
    async with lived_town(database, noon, net) as lived:
        (found,) = await lived.watch.rows("SELECT count(*) AS n, count(deleted_at) AS gone, max(version) AS version FROM messages")
        assert found.n > 100
        assert found.gone > 3
        assert found.version > 1
        assert await lived.replayed() == []
        assert await lived.replayed(start=noon - LIVED / 2) == []

        classifier = lived.watch.polling.intake.classifier
        thanks = await lived.watch.rows("SELECT id FROM messages WHERE kind = 'thanks'")
        assert thanks
        earlier = await lived.watch.rows(EARLIER)  # who has asked once has asked, however the text was edited afterwards
        edited = [one for one in classifier.classify([TextInContext(row.text) for row in earlier]) if one.kind is Kind.THANKS]
        stricter = await lived.replayed(Stricter(classifier))
        kinds = sorted((one.what, one.stored, one.replayed) for one in stricter if one.about == "verdict")
        assert kinds == [("kind", "other", "complaint")] * len(edited) + [("kind", "thanks", "complaint")] * len(thanks)

        await lived.run(
            "UPDATE turns SET due_at = due_at + interval '1 hour' WHERE (incident_id, number) = (SELECT min(incident_id), 1 FROM turns)"
        )
        assert [(one.about, one.what) for one in await lived.replayed()] == [("clock", "due_at")]
        await lived.run(
            "UPDATE turns SET due_at = due_at - interval '1 hour' WHERE (incident_id, number) = (SELECT min(incident_id), 1 FROM turns)"
        )

        (last,) = await lived.watch.rows("SELECT max(id) AS id FROM raw_payloads WHERE method NOT IN ('count_comments')")
        await lived.run("UPDATE raw_payloads SET body = :body WHERE id = :id", body=zlib.compress(b"{"), id=last.id)
        named = [one for one in await lived.replayed() if one.about == "payload"]
        assert [one.place.split()[-1] for one in named] == [str(last.id)]


async def test_what_a_killed_replay_has_left_is_named_and_dropped_but_not_one_at_work(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("CREATE SCHEMA replay_0123456789ab"))
    async with replay_schema(database, keep=False) as (name, _):
        assert await drop_leftovers(database) == ["replay_0123456789ab"]
        async with database.read() as session:
            schemas = (await session.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%'"))).all()
        assert schemas == [name]
    assert await drop_leftovers(database) == []
