"""From one incident to the next of the queue that it was opened from."""

from datetime import datetime, timedelta

import pytest

from tests.console.browsing import Browser
from tests.usecases.reading import Reader, comment

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def four(reader: Reader, noon: datetime) -> None:
    """Four complaints, one a minute."""
    await reader.read(
        *(comment(number, "Холодно!", noon - 9 * MINUTE + number * MINUTE, by=str(number)) for number in range(1, 5)), at=noon
    )


async def behind(browser: Browser, incident_id: int, back: str = "") -> str:
    answer = await browser.client.get(f"/incidents/{incident_id}/next{back}")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


async def test_what_stands_behind_is_next_and_behind_the_last_one_the_queue(anna: Browser) -> None:
    assert [await behind(anna, number) for number in (1, 2, 3, 4)] == ["/incidents/2", "/incidents/3", "/incidents/4", "/"]
    assert 'href="/incidents/1/next" data-next' in (await anna.open("/incidents/1")).text


async def test_a_step_does_not_lose_the_place(anna: Browser) -> None:
    await anna.open("/incidents/2")
    await anna.send("/incidents/2/reject", version=1, reason="Реклама")
    assert await behind(anna, 2) == "/incidents/3"


async def test_the_next_one_is_that_of_the_same_filter(anna: Browser) -> None:
    await anna.open("/incidents/1")
    for number in (1, 3):
        await anna.send(f"/incidents/{number}/take", version=1)

    assert await behind(anna, 1, "?back=/%3Fmine%3D1") == "/incidents/3?back=%2F%3Fmine%3D1"
    assert await behind(anna, 3, "?back=/%3Fmine%3D1") == "/?mine=1"
    assert await behind(anna, 3, "?back=/labelling") == "/incidents/4?back=%2Flabelling"


@pytest.mark.parametrize("status", ["rejected", "all"])
async def test_what_waits_no_more_has_a_next_one_too(anna: Browser, status: str) -> None:
    await anna.open("/incidents/1")
    for number in (1, 2):
        await anna.send(f"/incidents/{number}/reject", version=1, reason="Реклама")
    assert (await behind(anna, 1, f"?back=/%3Fstatus%3D{status}")).startswith("/incidents/2?")


async def test_an_address_of_another_site_leads_to_the_own_queue(anna: Browser) -> None:
    assert await behind(anna, 4, "?back=https://evil.test/") == "/"
    assert (await anna.client.get("/incidents/99/next")).status_code == 404
