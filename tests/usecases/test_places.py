"""Places from a page into incidents, and what operators make of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from app.domain.errors import InvalidInput, NotFound, NotPermitted, StaleVersion
from app.domain.incident import IncidentId
from app.domain.likeness import Spot
from app.domain.operator import Operator, OperatorId, Role
from app.domain.place_name import NameState
from app.domain.territory import EntryId
from app.storage import events, gazetteer, incident_details, sources, taught_names, tellings
from app.storage.access import operators
from app.storage.incident_details import IncidentDetails
from app.usecases.add_place import Addition, add_place, understand_place
from app.usecases.correct_place import Correction, correct_place
from app.usecases.find_places import LOOKED_AT_EVERY_SECONDS, PlaceFinders
from app.usecases.import_gazetteer import import_gazetteer, read_gazetteer
from app.usecases.teach_place_name import decide_place_name
from tests.usecases.reading import Reader, comment, post

TABLE = """kind,code,parent,name,type
territory,oblast,,Приозёрная,область
settlement,town,oblast,Заречный,город
settlement,village,oblast,Ивановка,село
street,lesnaya,town,Лесная,улица
street,lesnaya-i,village,Лесная,улица
street,mira,town,Мира,улица
"""


@pytest.fixture
async def ids(reader: Reader, noon: datetime) -> Mapping[str, EntryId]:
    """The gazetteer's ids by code; the reader's page belongs to the region."""
    intake = reader.intake
    async with intake.database.write() as session:
        await import_gazetteer(session, intake.region_id, read_gazetteer(TABLE.encode()), now=noon)
        found = {one.code: one.id for one in await gazetteer.all_entries(session, intake.region_id)}
        changes = {"territory_id": found["oblast"]}
        await sources.change(session, intake.region_id, reader.source.id, version=None, changes=changes, now=noon)
    return found


async def reread(reader: Reader) -> Reader:
    """The reader with its page as it is registered now."""
    async with reader.intake.database.read() as session:
        return Reader(reader.intake, (await sources.get(session, reader.intake.region_id, reader.source.id)).source, reader.clock)


async def incident(reader: Reader, number: int = 1) -> IncidentDetails:
    async with reader.intake.database.read() as session:
        return await incident_details.get(session, reader.intake.region_id, IncidentId(number))


async def test_an_incident_keeps_its_places_and_is_counted_where_they_lie(
    reader: Reader, ids: Mapping[str, EntryId], noon: datetime
) -> None:
    page = await reread(reader)
    await page.read(post(100, "Новости", noon), comment(1, "В Ивановке на Лесной 5 темно!", noon), at=noon)

    found = await incident(page)

    assert [(one.number, one.kind, one.surface, one.house) for one in found.places] == [
        (1, "settlement", "Ивановке", None),
        (2, "address", "Лесной 5", "5"),
    ]
    assert [one.meant and one.meant.entry_id for one in found.places] == [ids["village"], ids["lesnaya-i"]]
    assert found.territory is not None
    assert (found.territory.id, found.territory.name) == (ids["village"], "село Ивановка")


async def test_what_is_compared_is_the_finest_place_and_never_the_page_s_own(
    reader: Reader, ids: Mapping[str, EntryId], noon: datetime
) -> None:
    page = await reread(reader)
    said = "В Ивановке на Лесной 5 темно, вся Приозёрная область смеётся, и мкр Звёздный!"
    await page.read(post(100, "Новости", noon), comment(1, said, noon), at=noon)

    async with page.intake.database.read() as session:
        told = await tellings.of_incident(session, page.intake.region_id, IncidentId(1))

    assert told is not None
    assert told.spots == {Spot(str(ids["lesnaya-i"]), "5", str(ids["village"])), Spot("?звез")}
    assert "приоз" not in told.names


async def test_what_may_be_several_stays_open_and_is_counted_where_the_page_belongs(
    reader: Reader, ids: Mapping[str, EntryId], noon: datetime
) -> None:
    page = await reread(reader)
    await page.read(comment(1, "На Лесной темно!", noon), at=noon)

    found = await incident(page)

    assert found.places[0].meant is None
    assert {(one.title, one.within) for one in found.places[0].candidates} == {
        ("улица Лесная", "город Заречный"),
        ("улица Лесная", "село Ивановка"),
    }
    assert found.territory is not None
    assert found.territory.id == ids["oblast"]


async def test_the_post_above_decides_for_a_comment(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    page = await reread(reader)
    await page.read(post(100, "В Ивановке чинят свет", noon), comment(1, "а на Лесной?", noon), at=noon)

    (place,) = (await incident(page)).places

    assert place.meant is not None
    assert place.meant.entry_id == ids["lesnaya-i"]


async def test_reading_a_page_again_adds_no_place(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    for _ in range(2):
        await reader.read(comment(1, "На Мира 3 темно!", noon), at=noon)

    assert len((await incident(reader)).places) == 1


async def test_only_what_needs_an_answer_is_looked_through(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    await reader.read(comment(1, "живу на Мира 3", noon), at=noon)

    assert await reader.rows("SELECT 1 FROM incident_places") == []


async def test_a_region_without_a_gazetteer_has_no_places(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "На Мира 3 темно!", noon), at=noon)

    found = await incident(reader)

    assert (found.places, found.territory) == ((), None)


async def test_a_changed_gazetteer_is_taken_up_within_ten_seconds(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    intake, clock = reader.intake, [0.0]
    finders = PlaceFinders(clock=lambda: clock[0])
    first = await finders.newest(intake.database, intake.region_id)
    async with intake.database.write() as session:
        table = read_gazetteer(b"kind,code,parent,name,type\nsettlement,new,,\xd0\x9d\xd0\xbe\xd0\xb2\xd1\x8b\xd0\xb9,\n")
        await import_gazetteer(session, intake.region_id, table, now=noon)
    seen = []
    for clock[0] in (1.0, LOOKED_AT_EVERY_SECONDS):
        finder = await finders.newest(intake.database, intake.region_id)
        seen.append(finder is first)

    assert seen == [True, False]


async def operator(reader: Reader, role: Role, noon: datetime) -> Operator:
    async with reader.intake.database.write() as session:
        return (await operators.ensure(session, f"the {role}", role, now=noon)).operator


async def correct(reader: Reader, by: Operator, noon: datetime, *, entry: EntryId | None, number: int = 1, version: int = 1) -> int:
    async with reader.intake.database.write() as session:
        correction = Correction(number, entry)
        return await correct_place(session, reader.intake.region_id, IncidentId(1), by, correction, version=version, now=noon)


async def test_an_operators_choice_counts_and_is_kept_with_who_made_it(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    page = await reread(reader)
    await page.read(comment(1, "На Лесной темно!", noon), at=noon)
    anna = await operator(page, Role.OPERATOR, noon)

    version = await correct(page, anna, noon, entry=ids["lesnaya-i"])
    found = await incident(page)
    async with page.intake.database.read() as session:
        (*_, last) = await events.listed(session, page.intake.region_id, IncidentId(1), after=None, limit=10)

    (place,) = found.places
    assert place.meant is not None
    assert (place.meant.entry_id, place.meant.confidence, place.corrected_by, place.corrected_at) == (ids["lesnaya-i"], 1, anna.name, noon)
    assert (found.territory and found.territory.id, found.version, version) == (ids["village"], 2, 2)
    assert (last.event.type, last.event.data, last.actor_id) == (
        "place_corrected",
        {"place": 1, "entry_id": ids["lesnaya-i"], "before": None},
        anna.id,
    )


async def test_none_of_the_entries_gives_the_incident_back_to_its_page(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    page = await reread(reader)
    await page.read(comment(1, "На Мира 3 темно!", noon), at=noon)
    before = await incident(page)

    await correct(page, await operator(page, Role.OPERATOR, noon), noon, entry=None)
    after = await incident(page)

    assert [one.territory and one.territory.id for one in (before, after)] == [ids["town"], ids["oblast"]]
    assert after.places[0].meant is None
    assert after.places[0].corrected_by is not None


async def test_a_correction_needs_a_place_an_entry_the_version_and_the_right(
    reader: Reader, ids: Mapping[str, EntryId], noon: datetime
) -> None:
    await reader.read(comment(1, "На Мира 3 темно!", noon), at=noon)
    anna, vera = await operator(reader, Role.OPERATOR, noon), Operator(OperatorId(9), "Вера", Role.VIEWER)

    with pytest.raises(NotFound):
        await correct(reader, anna, noon, entry=ids["mira"], number=7)
    with pytest.raises(InvalidInput):
        await correct(reader, anna, noon, entry=EntryId(10**9))
    with pytest.raises(StaleVersion):
        await correct(reader, anna, noon, entry=ids["mira"], version=5)
    with pytest.raises(NotPermitted):
        await correct(reader, vera, noon, entry=ids["mira"])
    assert (await incident(reader)).version == 1


SCHOOLS = TABLE + "landmark,gymnasium,town,№ 2,гимназия\nstreet,builders,town,Заводская,улица\n"


async def add(reader: Reader, by: Operator, noon: datetime, words: str, *, entry: EntryId | None = None, number: int = 1) -> None:
    intake, key = reader.intake, IncidentId(number)
    understood = await understand_place(intake.database, PlaceFinders(), intake.region_id, key, Addition(words, entry))
    async with intake.database.write() as session:
        await add_place(session, intake.region_id, key, by, understood, version=1, now=noon)


async def test_a_place_is_added_to_a_message_that_names_none(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    await reader.read(comment(1, "Третий день темно!", noon), at=noon)
    await add(reader, await operator(reader, Role.OPERATOR, noon), noon, "Мира 3")

    found = await incident(reader)

    (place,) = found.places
    assert (place.start, place.end, place.surface, place.house) == (0, 0, "Мира 3", "3")
    assert (place.added, place.corrected_by) == (True, "the operator")
    assert place.meant is not None
    assert place.meant.entry_id == ids["mira"]
    assert found.territory is not None
    assert found.territory.id == ids["town"]
    assert (await reader.rows("SELECT type FROM incident_events ORDER BY id"))[-1].type == "place_added"


async def test_added_words_that_mean_several_things_are_offered(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    await reader.read(comment(1, "Третий день темно!", noon), at=noon)
    chief = await operator(reader, Role.OPERATOR, noon)
    await add(reader, chief, noon, "лесная")
    (before,) = (await incident(reader)).places
    await correct(reader, chief, noon, entry=ids["lesnaya-i"], version=2)
    (after,) = (await incident(reader)).places

    assert (before.meant, before.corrected_by) == (None, None)
    assert {one.entry_id for one in before.candidates} == {ids["lesnaya"], ids["lesnaya-i"]}
    assert after.meant is not None
    assert after.meant.entry_id == ids["lesnaya-i"]


async def test_added_words_in_small_letters_are_weighed_like_names(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    await reader.read(comment(1, "В Ивановке третий день темно!", noon), at=noon)
    await add(reader, await operator(reader, Role.OPERATOR, noon), noon, "лесная")

    added = (await incident(reader)).places[0]

    assert (added.surface, added.added) == ("лесная", True)
    assert added.meant is not None
    assert added.meant.entry_id == ids["lesnaya-i"]


@pytest.mark.parametrize("words", ["Марсианская 5", "!", "\N{SNOWMAN}"])
async def test_words_of_which_the_gazetteer_knows_nothing_are_refused(
    reader: Reader, ids: Mapping[str, EntryId], noon: datetime, words: str
) -> None:
    await reader.read(comment(1, "Третий день темно!", noon), at=noon)
    with pytest.raises(InvalidInput, match="has nothing like"):
        await add(reader, await operator(reader, Role.OPERATOR, noon), noon, words)


async def taught(reader: Reader, table: str, noon: datetime) -> Mapping[str, EntryId]:
    """A region with more entries, and their ids by code."""
    async with reader.intake.database.write() as session:
        await import_gazetteer(session, reader.intake.region_id, read_gazetteer(table.encode()), now=noon)
        return {one.code: one.id for one in await gazetteer.all_entries(session, reader.intake.region_id)}


@pytest.mark.parametrize(
    ("text", "again", "entry"),
    [
        ("У пятой школы темно!", "Возле школы № 5 лёд!", "gymnasium"),
        ("На Строительной 8 темно!", "По Строительной не пройти, лёд!", "builders"),
        ("На улице Строительной темно!", "На Строительной 12 лёд!", "builders"),
    ],
)
async def test_a_name_that_the_gazetteer_lacks_is_learnt_from_its_correction(
    reader: Reader, noon: datetime, text: str, again: str, entry: str
) -> None:
    ids = await taught(reader, SCHOOLS, noon)
    await reader.read(comment(1, text, noon), at=noon)
    await correct(reader, await operator(reader, Role.OPERATOR, noon), noon, entry=ids[entry])
    later = Reader(replace(reader.intake, finders=PlaceFinders()), reader.source, reader.clock)
    await later.read(comment(2, again, noon, by="2"), at=noon)

    (place,) = (await incident(reader, 2)).places

    assert place.meant is not None
    assert place.meant.entry_id == ids[entry]


async def test_an_administrator_takes_a_learnt_name_away_for_good(reader: Reader, noon: datetime) -> None:
    ids = await taught(reader, SCHOOLS, noon)
    chief = await operator(reader, Role.ADMIN, noon)
    await reader.read(comment(1, "У пятой школы темно!", noon), comment(2, "У пятой школы лёд!", noon, by="2"), at=noon)
    await correct(reader, chief, noon, entry=ids["gymnasium"])
    intake = reader.intake
    async with intake.database.write() as session:
        (name,) = await taught_names.listed(session, intake.region_id, state=None, before=None, limit=9)
        refused = await decide_place_name(session, intake.region_id, name.id, chief, NameState.REFUSED, now=noon)
        await correct_place(session, intake.region_id, IncidentId(2), chief, Correction(1, ids["gymnasium"]), version=1, now=noon)
        (again,) = await taught_names.listed(session, intake.region_id, state=None, before=None, limit=9)
        in_use = await taught_names.used(session, intake.region_id)

    assert (name.name.name, name.state, name.times, name.title, name.role) == ("пятой школы", NameState.USED, 1, "гимназия № 2", Role.ADMIN)
    assert (refused.state, refused.decided_by) == (NameState.REFUSED, "the admin")
    assert (again.state, again.times, in_use) == (NameState.REFUSED, 2, [])


async def test_words_that_looked_like_no_place_count_when_two_incidents_speak_for_them(reader: Reader, noon: datetime) -> None:
    ids = await taught(reader, SCHOOLS, noon)
    chief = await operator(reader, Role.OPERATOR, noon)
    await reader.read(comment(1, "за старой каланчой темно!", noon), comment(2, "за старой каланчой лёд!", noon, by="2"), at=noon)
    states = []
    for number in (1, 2):
        await add(reader, chief, noon, "старой каланчой", entry=ids["builders"], number=number)
        async with reader.intake.database.read() as session:
            (name,) = await taught_names.listed(session, reader.intake.region_id, state=None, before=None, limit=9)
        states.append(name.state)
    later = Reader(replace(reader.intake, finders=PlaceFinders()), reader.source, reader.clock)
    await later.read(comment(3, "За Старой каланчой, 7 опять темно!", noon, by="3"), at=noon)

    (place,) = (await incident(reader, 3)).places

    assert states == [NameState.OFFERED, NameState.USED]
    assert (place.kind, place.house, place.surface) == ("address", "7", "Старой каланчой, 7")
    assert place.meant is not None
    assert place.meant.entry_id == ids["builders"]


async def test_a_name_that_the_gazetteer_has_for_something_else_counts_when_two_incidents_speak_for_it(
    reader: Reader, ids: Mapping[str, EntryId], noon: datetime
) -> None:
    chief = await operator(reader, Role.OPERATOR, noon)
    await reader.read(comment(1, "На Мира 3 темно!", noon), comment(2, "На Мира 5 лёд!", noon, by="2"), at=noon)
    states = []
    for number in (1, 2):
        async with reader.intake.database.write() as session:
            correction, key = Correction(1, ids["lesnaya"]), IncidentId(number)
            await correct_place(session, reader.intake.region_id, key, chief, correction, version=1, now=noon)
            (name,) = await taught_names.listed(session, reader.intake.region_id, state=None, before=None, limit=9)
        states.append((name.name.name, name.state))

    assert states == [("Мира", NameState.OFFERED), ("Мира", NameState.USED)]


async def test_a_choice_among_homonyms_teaches_nothing(reader: Reader, ids: Mapping[str, EntryId], noon: datetime) -> None:
    page = await reread(reader)
    await page.read(comment(1, "На Лесной темно!", noon), at=noon)
    await correct(page, await operator(reader, Role.OPERATOR, noon), noon, entry=ids["lesnaya-i"])

    assert await reader.rows("SELECT 1 FROM taught_names") == []
