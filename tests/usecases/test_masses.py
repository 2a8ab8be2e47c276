"""Mass incidents: proposed by the watch, merged or dismissed by people, and never proposed against their word."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.classifier.model_file import load_shipped_model
from app.domain import mass as rules
from app.domain.errors import InvalidInput, InvalidTransition, NotPermitted
from app.domain.incident import IncidentId
from app.domain.likeness import Reason, Telling
from app.domain.mass import MassId, MassState
from app.domain.operator import Operator, OperatorId, Role
from app.storage import masses
from app.storage.access import operators
from app.storage.masses import StoredMass
from app.usecases.decide_mass import Choice, dismiss_mass, merge_mass
from app.usecases.show_mass import ShownMass, show_mass
from app.usecases.watch_masses import watch_masses
from tests.usecases.reading import PAGE, Reader, comment

HOUR = timedelta(hours=1)
HERE = "нет холодной воды на Лесной, дом {}!"


async def ask(reader: Reader, at: datetime, *numbers: int) -> None:
    """So many people write of the same, each under a post of its own."""
    told = [comment(number, HERE.format(number), at - HOUR / number, by=str(number), under=100 + number) for number in numbers]
    await reader.read(*told, at=at)
    async with reader.intake.database.write() as session:
        await session.execute(text("UPDATE incidents SET topic = 'water.no_cold'"))


async def look(reader: Reader, at: datetime) -> int:
    return await watch_masses(reader.intake.database, reader.intake.region_id, load_shipped_model(), now=at)


async def proposals(reader: Reader, state: MassState | None = MassState.OPEN) -> list[StoredMass]:
    async with reader.intake.database.read() as session:
        return list(await masses.listed(session, reader.intake.region_id, state=state, before=None, limit=50))


async def shown(reader: Reader) -> ShownMass:
    (mass,) = await proposals(reader)
    async with reader.intake.database.read() as session:
        return await show_mass(session, reader.intake.region_id, mass)


async def events_of(reader: Reader, incident_id: int) -> list[str]:
    return [row.type for row in await reader.rows("SELECT type FROM incident_events WHERE incident_id = :id ORDER BY id", id=incident_id)]


@pytest.fixture
async def anna(reader: Reader, noon: datetime) -> Operator:
    async with reader.intake.database.write() as session:
        return (await operators.ensure(session, "Анна", Role.OPERATOR, now=noon)).operator


async def test_pairs_are_compared_beside_the_workers_loop(reader: Reader, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    where = set[int]()

    def noting(tellings: Mapping[IncidentId, Telling]) -> list[frozenset[IncidentId]]:
        where.add(threading.get_ident())
        return rules.masses(tellings)

    monkeypatch.setattr("app.usecases.watch_masses.masses", noting)
    await ask(reader, noon, *range(1, 6))

    assert await look(reader, noon) == 1
    assert where
    assert threading.get_ident() not in where


async def merge(reader: Reader, operator: Operator, parent: int, *chosen: int, at: datetime, mass: int = 1) -> None:
    choice = Choice(IncidentId(parent), [IncidentId(one) for one in chosen])
    async with reader.intake.database.write() as session:
        await merge_mass(session, reader.intake.region_id, MassId(mass), operator, choice, now=at)


async def dismiss(reader: Reader, operator: Operator, *, at: datetime, mass: int = 1) -> None:
    async with reader.intake.database.write() as session:
        await dismiss_mass(session, reader.intake.region_id, MassId(mass), operator, reason="Разные дома", now=at)


async def test_a_mass_is_proposed_once_told_in_the_logs_and_grows(reader: Reader, noon: datetime) -> None:
    await ask(reader, noon, 1, 2, 3, 4)
    assert await look(reader, noon) == 0

    await ask(reader, noon, 5, 6)
    assert (await look(reader, noon), await look(reader, noon)) == (1, 0)
    await ask(reader, noon + HOUR, 7)
    assert await look(reader, noon + HOUR) == 0

    (mass,) = await proposals(reader)
    assert mass.proposal.incident_ids == set(range(1, 8))
    assert (mass.proposed_at, mass.changed_at) == (noon, noon + HOUR)
    assert (await events_of(reader, 1), await events_of(reader, 7)) == (["opened", "mass_proposed"], ["opened", "mass_proposed"])


async def test_a_proposal_shows_why_what_would_be_the_main_one_and_what_was_answered_to_one(reader: Reader, noon: datetime) -> None:
    await ask(reader, noon, 1, 2, 3, 4, 5)
    await look(reader, noon)
    assert (await shown(reader)).said is None
    await reader.read(comment(50, "Подача воды восстановлена в 11:20.", noon, by=PAGE, under=103, reply_to=3), at=noon)

    mass = await shown(reader)

    assert (mass.parent_id, mass.topic) == (1, "water.no_cold")
    assert mass.reasons[Reason.SAME_TOPIC] == mass.reasons[Reason.SAME_HOURS] == 4
    assert mass.said is not None
    assert mass.said.text == "Подача воды восстановлена в 11:20."


async def test_merging_takes_the_chosen_and_answers_nobody(reader: Reader, anna: Operator, noon: datetime) -> None:
    await ask(reader, noon, 1, 2, 3, 4, 5)
    await look(reader, noon)

    await merge(reader, anna, 2, 1, 3, 4, at=noon)

    rows = await reader.rows("SELECT id, status, parent_id, first_answered_at FROM incidents ORDER BY id")
    assert [(row.id, row.status, row.parent_id) for row in rows] == [
        *((number, "duplicate", 2) if number in {1, 3, 4} else (number, "new", None) for number in range(1, 6))
    ]
    assert {row.first_answered_at for row in rows} == {None}
    assert await reader.rows("SELECT 1 FROM answers") == []
    (mass,) = await proposals(reader, MassState.MERGED)
    assert (mass.parent_id, mass.decided_by) == (2, "Анна")
    assert await look(reader, noon + HOUR) == 0


async def test_one_more_who_writes_of_it_is_proposed_beside_the_merged(reader: Reader, anna: Operator, noon: datetime) -> None:
    await ask(reader, noon, 1, 2, 3, 4, 5)
    await look(reader, noon)
    await merge(reader, anna, 1, 2, 3, 4, 5, at=noon)

    await ask(reader, noon + HOUR, 6)

    assert await look(reader, noon + HOUR) == 1
    mass = await shown(reader)
    assert sorted(mass.mass.proposal.incident_ids) == [1, 6]
    assert mass.parent_id == 1


async def test_a_dismissal_is_remembered(reader: Reader, anna: Operator, noon: datetime) -> None:
    await ask(reader, noon, 1, 2, 3, 4, 5)
    await look(reader, noon)
    await dismiss(reader, anna, at=noon)
    await ask(reader, noon + HOUR, 6, 7)

    assert (await look(reader, noon + HOUR), await proposals(reader)) == (0, [])
    (mass,) = await proposals(reader, None)
    assert (mass.proposal.state, mass.reason, mass.decided_at) == (MassState.DISMISSED, "Разные дома", noon)


async def test_a_choice_that_makes_no_sense_changes_nothing(reader: Reader, anna: Operator, noon: datetime) -> None:
    await ask(reader, noon, 1, 2, 3, 4, 5)
    await look(reader, noon)
    for parent, chosen in ((1, (99,)), (1, (1,)), (99, (1, 2))):
        with pytest.raises(InvalidInput):
            await merge(reader, anna, parent, *chosen, at=noon)
    with pytest.raises(NotPermitted):
        await merge(reader, Operator(OperatorId(9), "Глеб", Role.VIEWER), 1, 2, at=noon)
    async with reader.intake.database.write() as session:
        await session.execute(text("UPDATE incidents SET status = 'closed' WHERE id = 3"))
    with pytest.raises(InvalidTransition):
        await merge(reader, anna, 1, 2, 3, at=noon)

    assert {row.status for row in await reader.rows("SELECT status FROM incidents WHERE id <> 3")} == {"new"}
    await dismiss(reader, anna, at=noon)
    with pytest.raises(InvalidTransition):
        await dismiss(reader, anna, at=noon)


async def test_a_proposal_outlived_by_its_messages_is_over(reader: Reader, noon: datetime) -> None:
    await ask(reader, noon, 1, 2, 3, 4, 5)
    await look(reader, noon)

    await look(reader, noon + 100 * HOUR)

    (mass,) = await proposals(reader, None)
    assert mass.proposal.state is MassState.OVER
