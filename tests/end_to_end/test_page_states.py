"""Whatever is wrong with a page or the way to it, the administrator sees it on the source and nothing stored is lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import AlreadyExists
from app.domain.source import PauseReason, SourceStatus
from app.storage.engine import Database
from app.storage.sources import Registered
from app.usecases.add_source import Networks, add_source, resolve_page
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.errors import ConnectorError, InvalidLink, SourceGone
from connectors.sdk.registry import plugins
from tests.end_to_end.hamlet import CLINIC, DONE, HALL, Village, comment, post, watched_hamlet
from tests.end_to_end.watch import TOKEN, Hands

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEXTS = {
    "emoji": "🥶🔥👨‍👩‍👧‍👦 холодно",
    "zero-width": "хо\u200bлод\u200dно\ufeff",
    "NUL": "хол\x00одно",
    "lone surrogate": "холодно \ud83d конец",
    "16 384 characters": "ж" * 16_384,
    "Chuvash": "Урамра çутă çук, хăçан пулать?",
    "Tatar": "Урамда ут юк, кайчан була? Җылы һәм үзгәреш кирәк.",
    "nothing but spaces": " \n\t ",
}


def talk(noon: datetime) -> list[Any]:
    """A post of an hour ago with a complaint under it, and a comment that comes an hour from now; one post of the clinic."""
    return [
        post("news", noon - HOUR),
        comment("cold", noon - 50 * MINUTE),
        comment("later", noon + HOUR, "И у нас", author_id=12),
        post("clinic", noon - HOUR, page_id=CLINIC),
    ]


def due(page: Registered) -> datetime:
    """When the page is polled again."""
    assert page.next_poll_at is not None
    return page.next_poll_at


CLOSED: dict[str, tuple[Callable[[Village], None], PauseReason, str]] = {
    "closed": (lambda village: village.emulator.close(HALL), PauseReason.ACCESS_DENIED, "only for community members"),
    "deleted": (lambda village: village.emulator.delete_page(HALL), PauseReason.GONE, "deleted"),
}


@pytest.mark.parametrize("trouble", CLOSED)
async def test_a_page_that_is_shut_is_put_aside_in_words_and_keeps_what_was_stored(
    database: Database, noon: datetime, trouble: str
) -> None:
    shut, reason, words = CLOSED[trouble]
    async with watched_hamlet(database, noon, talk(noon), ["cold"]) as village:
        standing = await village.watch.rows("SELECT id, text, deleted_at FROM messages ORDER BY id")
        shut(village)
        await village.go_on(2 * HOUR)

        hall, clinic = (await village.pages())[HALL], (await village.pages())[CLINIC]
        assert (hall.source.status, hall.paused_reason) == (SourceStatus.PAUSED, reason)
        assert words in (hall.last_error or "")
        assert hall.last_error_at is not None
        assert village.hands.now < due(hall) <= village.hands.now + DAY
        assert (clinic.source.status, clinic.last_error) == (SourceStatus.ACTIVE, None)
        assert clinic.last_success_at is not None
        assert clinic.last_success_at > noon
        assert await village.watch.rows("SELECT id, text, deleted_at FROM messages ORDER BY id") == standing
        (incident,) = await village.watch.rows("SELECT waiting FROM incidents")
        assert incident.waiting


async def test_a_page_that_opens_again_is_taken_up_by_itself(database: Database, noon: datetime) -> None:
    async with watched_hamlet(database, noon, talk(noon), ["cold"]) as village:
        village.emulator.close(HALL)
        await village.go_on(2 * HOUR)
        village.emulator.close(HALL, closed=False)
        await village.go_on(DAY, step=HOUR)

        hall = await village.hall()
        assert (hall.source.status, hall.paused_reason, hall.last_error, hall.failures) == (SourceStatus.ACTIVE, None, None, 0)
        assert await village.is_all_stored()


async def test_a_dead_token_is_told_on_every_page_and_not_tried_again(database: Database, noon: datetime) -> None:
    async with watched_hamlet(database, noon, talk(noon)) as village:
        village.emulator.revoke(TOKEN)
        calls = len(village.emulator.calls)
        await village.go_on(HOUR)

        for page in (await village.pages()).values():
            assert (page.source.status, page.paused_reason) == (SourceStatus.PAUSED, PauseReason.NO_CREDENTIAL)
            assert "User authorization failed" in (page.last_error or "")
            assert TOKEN not in (page.last_error or "")
            assert due(page) > village.hands.now
        looks_at_counters = 1
        assert len(village.emulator.calls) - calls <= len(await village.pages()) + looks_at_counters


async def test_a_renamed_page_is_read_on_under_its_number(database: Database, noon: datetime) -> None:
    async with watched_hamlet(database, noon, talk(noon)) as village:
        village.emulator.rename(HALL, "new_hall")
        await village.go_on(2 * HOUR)

        assert (await village.hall()).last_error is None
        assert await village.is_all_stored()


async def test_an_empty_wall_is_no_failure(database: Database, noon: datetime) -> None:
    async with watched_hamlet(database, noon, []) as village:
        hall = await village.hall()
        assert (hall.source.status, hall.last_error, hall.last_success_at) == (SourceStatus.ACTIVE, None, noon)
        assert due(hall) > noon


async def test_an_hour_without_the_network_is_made_up_for(database: Database, noon: datetime) -> None:
    async with watched_hamlet(database, noon, talk(noon), ["cold"]) as village:
        village.emulator.break_with(Faults(seed=1, rate=1.0, kinds=(FaultKind.DROP, FaultKind.HTTP_502)))
        await village.go_on(HOUR)
        away = await village.hall()
        assert (away.source.status, away.last_success_at) == (SourceStatus.ACTIVE, noon)
        assert away.failures > 1
        assert away.last_error is not None
        assert village.hands.now < due(away) <= village.hands.now + HOUR

        village.emulator.break_with(None)
        await village.go_on(2 * HOUR)
        back = await village.hall()
        assert (back.last_error, back.failures) == (None, 0)
        assert await village.is_all_stored()


@pytest.mark.parametrize("skew", [timedelta(minutes=-20), timedelta(minutes=20), DAY])
async def test_a_clock_that_is_wrong_loses_nothing_and_waits_are_the_networks(database: Database, noon: datetime, skew: timedelta) -> None:
    """The network's clock is ahead of ours by the skew; what the network dates is what counts."""
    ours = Hands(noon)
    talked = [*talk(noon), comment("answer", noon + 30 * MINUTE, DONE, author_id=-HALL, reply_to_key="cold")]
    async with watched_hamlet(database, noon, talked, ["cold"], now=lambda: ours.now + skew) as village:
        for _ in range(18):
            ours.now = village.hands.now = ours.now + 10 * MINUTE
            await village.watch.look()

        assert await village.is_all_stored()
        (turn,) = await village.watch.rows("SELECT first_answered_at - started_at AS wait FROM turns")
        assert turn.wait == 80 * MINUTE
        assert (await village.hall()).last_error is None


@pytest.mark.parametrize("said", TEXTS)
async def test_any_text_comes_through_whole_but_for_what_no_database_holds(database: Database, noon: datetime, said: str) -> None:
    messages = [post("news", noon - HOUR), comment("odd", noon - MINUTE, TEXTS[said])]
    async with watched_hamlet(database, noon, messages, ["odd"]) as village:
        assert await village.is_all_stored()
        (message,) = await village.watch.rows("SELECT text FROM messages WHERE comment_id <> ''")
        assert message.text == TEXTS[said].replace("\x00", "").replace("\ud83d", "")
        assert (await village.hall()).last_error is None


async def test_a_thread_of_ten_thousand_comments_is_read_whole_and_starves_nobody(database: Database, noon: datetime) -> None:
    crowd = [comment(f"c{number}", noon - HOUR + timedelta(seconds=number // 4), f"Согласна, {number}") for number in range(10_000)]
    messages = [post("news", noon - 2 * HOUR), *crowd, post("clinic", noon - HOUR, page_id=CLINIC)]
    async with watched_hamlet(database, noon, messages, calls_per_second=1000) as village:
        assert await village.is_all_stored()
        assert (await village.hall()).last_error is None
        assert (await village.pages())[CLINIC].last_success_at == noon


LINKS = ["https://vk.com/hall", "vk.ru/public300", "m.vk.com/club300", "@hall", "-300", "https://vk.com/wall-300_1?reply=2"]


@pytest.mark.parametrize("link", LINKS)
async def test_the_same_page_under_any_of_its_links_is_watched_once(database: Database, noon: datetime, link: str) -> None:
    async with watched_hamlet(database, noon, []) as village:
        networks = Networks(plugins(), village.watch.polling.connector_for)
        page = await resolve_page(networks, link)
        intake, before = village.watch.polling.intake, await village.hall()
        with pytest.raises(AlreadyExists) as refused:
            async with database.write() as session:
                await add_source(session, intake.region_id, page, official=True, authority_id=None, now=noon)
        assert refused.value.existing_id == before.source.id
        assert len(await village.pages()) == 2


WRONG = {
    "https://example.org/hall": (InvalidLink, "no connector reads this address"),
    "https://vk.com/id11": (InvalidLink, "leads to a person's page"),
    "https://vk.com/feed": (InvalidLink, "names no community"),
    "https://vk.com/nobody_here": (SourceGone, "nobody_here"),
    "https://vk.com/club999": (SourceGone, "999"),
}


@pytest.mark.parametrize("link", WRONG)
async def test_a_link_that_leads_to_no_page_is_refused_in_words(database: Database, noon: datetime, link: str) -> None:
    kind, words = WRONG[link]
    async with watched_hamlet(database, noon, []) as village:
        networks = Networks(plugins(), village.watch.polling.connector_for)
        with pytest.raises(ConnectorError, match=words) as refused:
            await resolve_page(networks, link)
        assert isinstance(refused.value, kind)
