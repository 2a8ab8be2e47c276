"""A small day under VK's own limits: four workers ask for more than there is, and VK never has to say so."""

from app.storage.engine import Database
from bench.quota_day import COMMENTS, WALL, Day, live, workers
from connectors.sdk.contract import Credential
from tests.databases import ON_ONE_SERVER

CALLS, SECONDS = 15, 8.0


@ON_ONE_SERVER
async def test_a_day_of_four_workers_meets_no_error_29_and_hardly_an_error_6(database: Database) -> None:
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    keys = [Credential("vk_service", name, name) for name in ("one", "two")]
    day = Day(CALLS, keys, seconds_a_day=SECONDS)
    async with workers(url, day, 4) as ledgers:
        day.start()
        await live(day, ledgers, comments=2 * CALLS)
    assert day.outcomes[WALL, "29"] == 0
    assert day.outcomes[WALL, "6"] + day.outcomes[COMMENTS, "6"] == 0
    assert day.outcomes[COMMENTS, "ok"] == 2 * CALLS
    assert day.outcomes[WALL, "ok"] == 2 * CALLS, "what there is, is used, and no more"
