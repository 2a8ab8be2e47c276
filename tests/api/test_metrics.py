"""What Prometheus reads is the same whichever process answers, and nothing that was counted is lost."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.domain.operator import Role
from app.storage.calls.quotas import Block, CredentialUse, MethodQuota
from app.storage.engine import DATABASE_ERRORS, Database, create_engine
from app.telemetry.metrics import MESSAGES, DeltaReader
from app.usecases.expose_metrics import hand_over_counts, measure_gauges
from tests.api.conftest import Api
from tests.usecases.reading import Reader, comment

METRICS = "http://otklik.test/metrics"
HOUR = timedelta(hours=1)

DEAD = Block("", "dead", datetime(2026, 3, 11, tzinfo=UTC), None, "error 5")
KEY = CredentialUse("digest", "vk", "vk_service", "main", 3, 3.0, (DEAD,))
QUOTA = MethodQuota("vk", "wall.get", 1, 5000, 1000, 1000, 4000, 3.0)


@pytest.fixture
async def scraper(api: Api) -> httpx.AsyncClient:
    """A client that may read metrics and nothing else."""
    return await api.client(Role.METRICS)


async def series(scraper: httpx.AsyncClient, family: str) -> dict[str, float]:
    """The series of a metric by what stands before their values."""
    answer = await scraper.get(METRICS)
    assert answer.status_code == 200
    lines = answer.text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines) if name.startswith(family)}


async def test_gauges_are_counted_in_the_database_so_that_several_processes_agree(
    api: Api, scraper: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    await reader.read(comment(1, "Холодно!", noon), comment(2, "Срочно! Прорвало трубу, срочно!", noon, by="2"), at=noon)
    for _ in ("one worker", "another"):
        await measure_gauges(api.context.database, api.context.region_id, [KEY], [QUOTA], now=noon + 5 * HOUR)

    assert await series(scraper, "otklik_incidents") == {'otklik_incidents_open{status="new"}': 2, "otklik_incidents_overdue": 1}
    assert await series(scraper, "otklik_full_answers") == {"otklik_full_answers_overdue": 0}
    assert await series(scraper, "otklik_sources") == {'otklik_sources{network="vk",status="active"}': 1}
    assert await series(scraper, "otklik_quota") == {'otklik_quota_remaining{method="wall.get",network="vk"}': 4000}
    assert await series(scraper, "otklik_credentials") == {'otklik_credentials{network="vk",state="dead"}': 1}


async def test_a_series_that_is_no_more_disappears(api: Api, scraper: httpx.AsyncClient, noon: datetime) -> None:
    database, region_id = api.context.database, api.context.region_id
    await measure_gauges(database, region_id, [KEY], [QUOTA], now=noon)
    assert await series(scraper, "otklik_quota")
    await measure_gauges(database, region_id, [], [], now=noon)

    assert await series(scraper, "otklik_quota") == {}


async def test_counts_of_several_processes_are_summed_and_none_is_handed_over_twice(api: Api, scraper: httpx.AsyncClient) -> None:
    readers = [DeltaReader(), DeltaReader()]
    for reader in readers:
        reader.take()
    MESSAGES.labels("metrics-test", "new").inc(3)
    for reader in (*readers, *readers):
        await hand_over_counts(api.context.database, reader)

    assert await series(scraper, 'otklik_messages_total{network="metrics-test"') == {
        'otklik_messages_total{network="metrics-test",news="new"}': 6
    }


async def test_counts_that_could_not_be_written_are_handed_over_next_time(api: Api, scraper: httpx.AsyncClient) -> None:
    reader, nowhere = DeltaReader(), Database(create_engine("postgresql://127.0.0.1:1/nowhere"))
    reader.take()
    MESSAGES.labels("metrics-test", "edited").inc(2)
    with pytest.raises(DATABASE_ERRORS):
        await hand_over_counts(nowhere, reader)
    await nowhere.close()

    await hand_over_counts(api.context.database, reader)

    assert await series(scraper, 'otklik_messages_total{network="metrics-test"') == {
        'otklik_messages_total{network="metrics-test",news="edited"}': 2
    }
