"""Routing at opening: the narrowest rule names the body, the log keeps why, habits only suggest."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.classifier.contract import TextInContext
from app.domain.authority import AuthorityId
from app.domain.territory import EntryId
from app.domain.verdict import Verdict
from app.storage import authorities, gazetteer
from app.storage.regions import RegionId
from app.storage.routing_rules import NewRule
from app.usecases.change_routing_rules import add_routing_rule
from app.usecases.import_gazetteer import import_gazetteer, read_gazetteer
from tests.usecases.reading import ByMark, Reader, comment
from tests.usecases.test_places import TABLE

HOUR = timedelta(hours=1)


class AboutWater(ByMark):
    """Holds every question for one about cold water."""

    def _judge(self, message: str) -> Verdict:
        return replace(super()._judge(message), topic="water.no_cold")


@pytest.fixture
def reader(reader: Reader) -> Reader:
    intake = replace(reader.intake, classifier=AboutWater())
    assert [one.topic for one in intake.classifier.classify([TextInContext("нет воды!")])] == ["water.no_cold"]
    return replace(reader, intake=intake)


async def body(reader: Reader, name: str) -> AuthorityId:
    async with reader.intake.database.write() as session:
        return await authorities.ensure(session, reader.intake.region_id, name)


async def rule(reader: Reader, authority_id: AuthorityId, at: datetime, **case: Any) -> int:
    whole = {"topic": None, "territory_id": None, "owner_id": None} | case
    async with reader.intake.database.write() as session:
        return await add_routing_rule(session, reader.intake.region_id, NewRule(**whole, authority_id=authority_id), now=at)


async def opened(reader: Reader) -> list[tuple[str | None, str]]:
    """Whose the incidents are, and what their logs say."""
    rows = await reader.rows(
        "SELECT a.name, (SELECT string_agg(type, ' ' ORDER BY id) FROM incident_events e WHERE e.incident_id = i.id) AS log"
        " FROM incidents i LEFT JOIN authorities a ON a.id = i.authority_id ORDER BY i.id"
    )
    return [(row.name, row.log) for row in rows]


async def test_an_incident_opens_with_the_body_of_the_rule_and_the_log_says_which(reader: Reader, noon: datetime) -> None:
    water, rest = await body(reader, "Водоканал"), await body(reader, "Администрация")
    number = await rule(reader, water, noon, topic="water")
    await rule(reader, rest, noon)

    await reader.read(comment(1, "нет воды!", noon), at=noon)

    assert await opened(reader) == [("Водоканал", "opened routed")]
    (row,) = await reader.rows("SELECT data, actor_id FROM incident_events WHERE type = 'routed'")
    assert (row.data, row.actor_id) == (
        {"authority_id": water, "rule_id": number, "topic": "water", "territory_id": None, "owner_id": None},
        None,
    )


async def test_without_a_rule_that_fits_the_page_s_owner_has_it(reader: Reader, noon: datetime) -> None:
    await rule(reader, await body(reader, "Дорожная служба"), noon, topic="roads")
    owner = await body(reader, "Хозяин страницы")

    await replace(reader, source=replace(reader.source, authority_id=owner)).read(comment(1, "нет воды!", noon), at=noon)

    assert await opened(reader) == [("Хозяин страницы", "opened")]


async def test_a_rule_for_a_district_counts_for_what_lies_in_it(reader: Reader, region_id: RegionId, noon: datetime) -> None:
    async with reader.intake.database.write() as session:
        await import_gazetteer(session, region_id, read_gazetteer(TABLE.encode()), now=noon)
        ivanovka = await gazetteer.territory_of_code(session, region_id, "village")
        town = await gazetteer.territory_of_code(session, region_id, "town")
        above: list[EntryId] = [one for one in await gazetteer.above(session, region_id, ivanovka) if one != ivanovka]
    village, city = await body(reader, "Сельский водоканал"), await body(reader, "Городской водоканал")
    await rule(reader, village, noon, topic="water", territory_id=above[0])
    await rule(reader, city, noon, topic="water", territory_id=town)

    await reader.read(comment(1, "В Ивановке нет воды!", noon), comment(2, "На Мира 3 нет воды!", noon, by="2"), at=noon)

    assert sorted(name or "" for name, _ in await opened(reader)) == ["Городской водоканал", "Сельский водоканал"]


async def test_habits_hand_nothing_over_by_themselves(reader: Reader, noon: datetime) -> None:
    water = await body(reader, "Водоканал")
    await reader.read(comment(1, "нет воды!", noon), at=noon)
    async with reader.intake.database.write() as session:
        await session.execute(
            text("INSERT INTO operators (name, role, created_at) VALUES ('Анна', 'coordinator', :now)"),
            {"now": noon},
        )
        await session.execute(
            text(
                "INSERT INTO incident_events (region_id, incident_id, type, at, recorded_at, actor_id, data)"
                " SELECT region_id, id, 'assigned', :now, :now, 1, jsonb_build_object('authority_id', CAST(:water AS bigint))"
                " FROM incidents"
            ),
            {"now": noon, "water": water},
        )

    await reader.read(comment(2, "и у нас нет воды!", noon + HOUR, by="2"), at=noon + HOUR)

    assert (await opened(reader))[1] == (None, "opened")
