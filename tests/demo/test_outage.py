"""The demo's town through Otklik's eyes: the surge and the mass incident are found by what people write, places and bodies are known."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.classifier.model_file import load_shipped_model
from app.demo.outage import CRIES
from app.demo.settling import map_the_region, write_rules
from app.demo.town import PAST, demo_town, page_of
from app.domain.authority import OfficialAccount
from app.domain.mass import MassState
from app.domain.source import Source
from app.storage import authorities, incident_details, masses, official_accounts, sources, surges
from app.storage.engine import Database
from app.storage.incident_details import IncidentDetails
from app.storage.masses import StoredMass
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from app.storage.surges import ShownSurge
from app.usecases.ingest_page import ingest_page
from app.usecases.judge_page import Intake
from app.usecases.watch_masses import watch_masses
from app.usecases.watch_surges import watch_surges
from connectors.sdk.contract import Page
from connectors.sdk.emulation.town import TownMessage, is_present
from tests.console.town import as_read

START = datetime(2026, 3, 11, 6, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Moscow")
STEP = timedelta(minutes=30)
FOUND_WITHIN = timedelta(hours=3)
"""Three minutes at the demo's speed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What Otklik knows of the town in the end."""

    surges: Sequence[ShownSurge]
    masses: Sequence[StoredMass]
    incidents: Sequence[IncidentDetails]


async def live(database: Database, region_id: RegionId) -> Found:
    """The demo's beginning: three days are read at once, then half an hour after half an hour."""
    town = demo_town(START)
    place = await map_the_region(database, region_id, START)
    await write_rules(database, region_id, START)
    people = {person.id: f"{person.first_name} {person.last_name}" for person in town.town.people}
    people |= {-page.id: page.name for page in town.town.pages}
    ordered = sorted((one for one in town.town.messages if one.at <= START + FOUND_WITHIN), key=lambda one: one.at)
    numbers = {message.key: str(number) for number, message in enumerate(ordered, start=1)}
    model = load_shipped_model()
    intake = Intake(database, model, region_id)
    walls: dict[int, Source] = {}
    for page in town.town.pages:
        if page.id in town.watched:
            about = page_of(page.name)
            async with database.write() as session:
                body = await authorities.ensure(session, region_id, page.name) if about.official else None
                new = NewSource(
                    "vk", str(-page.id), page.name, f"https://vk.com/{page.screen_name}", about.official, body, START - PAST, place
                )
                source_id = await sources.add(session, region_id, new, now=START - PAST)
                if about.official:
                    account = OfficialAccount("vk", str(-page.id), body, START - 99 * PAST)
                    await official_accounts.register(session, region_id, account, now=START - PAST)
                walls[page.id] = (await sources.get(session, region_id, source_id)).source
    before, now, clock = START - 2 * PAST, START, [START]
    while now <= START + FOUND_WITHIN:
        by_page: dict[int, list[TownMessage]] = defaultdict(list)
        for message in ordered:
            if before < message.at <= now and message.page_id in walls and is_present(message, now):
                by_page[message.page_id].append(message)
        for page_id, fresh in by_page.items():
            read = tuple(as_read(one, numbers, people, [other for other in ordered if other.page_id == page_id]) for one in fresh)
            clock[0] = now
            await ingest_page(intake, walls[page_id], Page(read, None, b"{}", "test"), now=lambda: clock[0])
        await watch_masses(database, region_id, model, now=now)
        await watch_surges(database, region_id, ZONE, now=now)
        before, now = now, now + STEP
    async with database.read() as session:
        rising = await surges.listed(session, region_id, only_open=True, before=None, limit=50)
        proposed = await masses.listed(session, region_id, state=MassState.OPEN, before=None, limit=50)
        ids = sorted({key for mass in proposed for key in mass.proposal.incident_ids})
        return Found(rising, proposed, await incident_details.of_ids(session, region_id, ids))


@pytest.fixture
async def found(database: Database, region_id: RegionId) -> Found:
    return await live(database, region_id)


async def test_the_outage_is_found_as_a_surge_and_as_a_mass_with_its_place_and_its_body(found: Found) -> None:
    cries = {cry.text for cry in CRIES}
    (surge,) = [one for one in found.surges if one.topic.startswith("electricity")]
    (mass,) = [mass for mass in found.masses if any(one.message and one.message.text in cries for one in of(found, mass))]
    members = of(found, mass)

    assert surge.territory_name == "город Заречный"
    assert surge.messages >= 6
    assert START < surge.raised_at <= START + FOUND_WITHIN
    assert len([one for one in members if one.message and one.message.text in cries]) >= 8
    assert len([one for one in members if one.message and one.message.text not in cries]) <= 1
    assert len([one for one in members if any(place.meant and place.meant.title == "улица Лесная" for place in one.places)]) >= 5
    assert {one.authority.name for one in members if one.authority and (one.topic or "").startswith("electricity")} == {
        "Тепловые сети Заречного"
    }


async def test_nothing_else_rises_in_the_town(found: Found) -> None:
    assert len(found.surges) <= 3
    assert len(found.masses) <= 3


def of(found: Found, mass: StoredMass) -> list[IncidentDetails]:
    return [one for one in found.incidents if one.id in mass.proposal.incident_ids]
