"""Rules of routing as a table, and who answers on the page of an incident."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import text

from app.domain.operator import Role
from app.storage import authorities
from app.storage.regions import RegionId
from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.usecases.reading import Reader, comment


@pytest.fixture
async def bodies(site: Site, region_id: RegionId) -> Sequence[int]:
    async with site.console.database.write() as session:
        return [await authorities.ensure(session, region_id, name) for name in ("Водоканал", "Администрация")]


@pytest.fixture
async def chief(site: Site) -> Browser:
    """An administrator, signed in."""
    return await site.enter("chief", Role.ADMIN)


async def test_an_administrator_adds_a_rule_and_takes_it_away(bodies: Sequence[int], chief: Browser, vera: Browser) -> None:
    await chief.open("/routing")
    added = await chief.send("/routing", topic="water", authority=bodies[0])
    again = await chief.send("/routing", topic="water", authority=bodies[1])
    shown = words((await vera.open("/routing")).text)
    await chief.open("/routing")
    await chief.send("/routing/1/remove")

    assert (added.status_code, added.headers["Location"]) == (303, "/routing#rule-1")
    assert again.status_code == 409
    assert "Для такого случая уже есть правило 1" in again.text
    assert "1 Вода и стоки" in shown
    assert "любое любой Водоканал" in shown
    assert "Убрать" not in shown
    assert "Правил ещё нет" in words((await vera.open("/routing")).text)


async def test_a_rule_is_changed_where_it_stands_unless_somebody_was_faster(bodies: Sequence[int], chief: Browser, vera: Browser) -> None:
    await chief.open("/routing")
    await chief.send("/routing", topic="water", authority=bodies[0])
    form = (await chief.open("/routing?edit=1")).text
    changed = await chief.send("/routing/1", version=1, topic="water", authority=bodies[1])
    stale = await chief.send("/routing/1", version=1, topic="roads", authority=bodies[0])
    nobody = await chief.send("/routing/1", version=2, topic="water")

    assert 'action="/routing/1"' in form
    assert '<option value="water" selected>' in form
    assert (changed.status_code, changed.headers["Location"]) == (303, "/routing#rule-1")
    assert "1 Вода и стоки любое любой Администрация" in words((await vera.open("/routing?edit=1")).text)
    assert (stale.status_code, nobody.status_code) == (409, 422)
    assert "его изменил кто-то другой" in stale.text
    assert "Выберите ведомство" in nobody.text


@pytest.mark.parametrize("wrong", [{}, {"authority": "999"}, {"authority": "1", "topic": "aliens"}])
async def test_a_rule_that_cannot_be_is_explained(bodies: Sequence[int], chief: Browser, wrong: dict[str, str]) -> None:
    await chief.open("/routing")
    answer = await chief.send("/routing", **wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


async def test_the_page_of_an_incident_says_who_answers_and_why_and_hands_it_over_in_one_click(
    reader: Reader, bodies: Sequence[int], chief: Browser, noon: datetime
) -> None:
    await chief.open("/routing")
    await chief.send("/routing", authority=bodies[1])
    await chief.send("/routing", topic="water", authority=bodies[0])
    await reader.read(comment(1, "нет холодной воды третий день!", noon), at=noon)
    async with reader.intake.database.write() as session:
        await session.execute(text("UPDATE incidents SET topic = 'water.no_cold'"))

    before = words((await chief.open("/incidents/1")).text)
    await chief.send("/incidents/1/assign", version=1, authority=bodies[0])
    after = words((await chief.open("/incidents/1")).text)

    assert "Администрация — по правилу 1: любая тема" in before
    assert "Передано по правилу 1: Администрация" in before
    assert "%, по правилу «" in before
    assert "Передать" in before
    assert "Водоканал — передал Chief" in after
