"""Places on the page of an incident: shown, offered, chosen."""

from datetime import datetime

from app.domain.operator import Role
from app.storage.regions import RegionId
from app.usecases.import_gazetteer import import_gazetteer, read_gazetteer
from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.usecases.reading import Reader, comment
from tests.usecases.test_places import TABLE


async def ask(reader: Reader, region_id: RegionId, text: str, noon: datetime) -> None:
    """A question in a region with two streets «Лесная»."""
    async with reader.intake.database.write() as session:
        await import_gazetteer(session, region_id, read_gazetteer(TABLE.encode()), now=noon)
    await reader.read(comment(1, text, noon), at=noon)


async def test_a_sure_place_is_shown_with_its_confidence(reader: Reader, region_id: RegionId, anna: Browser, noon: datetime) -> None:
    await ask(reader, region_id, "На Мира 3 темно!", noon)

    page = words((await anna.open("/incidents/1")).text)

    assert "Считается за: город Заречный" in page
    assert "Мира 3 адрес — улица Мира город Заречный , дом 3 · 91 %" in page
    assert "улица Мира, 3" in words((await anna.open("/")).text)


async def test_an_unsure_place_offers_its_variants_and_a_choice_settles_it(
    reader: Reader, region_id: RegionId, anna: Browser, noon: datetime
) -> None:
    await ask(reader, region_id, "На Лесной темно!", noon)
    page = await anna.open("/incidents/1")
    assert "не уверены , варианты:" in words(page.text)
    rows = await reader.rows("SELECT id FROM gazetteer_entries WHERE code = 'lesnaya-i'")

    await anna.send("/incidents/1/places", version=1, number=1, entry=rows[0].id)
    after = words((await anna.open("/incidents/1")).text)

    assert "улица Лесная село Ивановка · указал Anna" in after
    assert "Уточнено место" in after


async def test_a_viewer_sees_no_form(reader: Reader, region_id: RegionId, vera: Browser, noon: datetime) -> None:
    await ask(reader, region_id, "На Лесной темно!", noon)

    assert "/incidents/1/places" not in await vera.see("/incidents/1")


async def test_a_place_that_is_not_among_the_variants_is_found_in_the_gazetteer(
    reader: Reader, region_id: RegionId, anna: Browser, noon: datetime
) -> None:
    await ask(reader, region_id, "На Мира 3 темно!", noon)
    rows = await reader.rows("SELECT id FROM gazetteer_entries WHERE code = 'lesnaya-i'")

    found = await anna.open("/incidents/1?place=1&find=лесная ивановка")
    nothing = words((await anna.open("/incidents/1?place=1&find=%25")).text)
    await anna.send("/incidents/1/places", version=1, number=1, entry=rows[0].id)

    assert "улица Лесная, село Ивановка" in words(found.text)
    assert "улица Лесная, город Заречный" not in words(found.text)
    assert f'name="entry" value="{rows[0].id}"' in found.text
    assert "Ничего похожего" in nothing
    assert "Считается за: село Ивановка" in words((await anna.open("/incidents/1")).text)


async def test_a_place_is_added_in_free_text(reader: Reader, region_id: RegionId, anna: Browser, vera: Browser, noon: datetime) -> None:
    await ask(reader, region_id, "Третий день темно!", noon)
    form = (await anna.open("/incidents/1")).text
    empty = await anna.send("/incidents/1/places/add", version=1, words=" ")
    unknown = await anna.send("/incidents/1/places/add", version=1, words="Марсианская")
    found = (await anna.open("/incidents/1?where=Марсианская&find=мира")).text
    done = await anna.send("/incidents/1/places/add", version=1, words="Лесная")
    page = words((await anna.open("/incidents/1")).text)

    assert "/incidents/1/places/add" in form
    assert "/incidents/1/places/add" not in await vera.see("/incidents/1")
    assert (empty.status_code, unknown.status_code, done.status_code) == (422, 422, 303)
    assert "ничего похожего нет" in unknown.text
    assert 'name="where" value="Марсианская"' in unknown.text
    assert 'name="words" value="Марсианская"' in found
    assert "улица Мира, город Заречный" in words(found)
    assert "Лесная улица, слов в сообщении нет — не уверены , варианты:" in page
    assert "Добавлено место, нужно выбрать какое" in page


async def test_an_administrator_sees_where_a_name_comes_from_and_takes_it_away(
    site: Site, reader: Reader, region_id: RegionId, anna: Browser, noon: datetime
) -> None:
    await ask(reader, region_id, "На Строительной 3 темно!", noon)
    rows = await reader.rows("SELECT id FROM gazetteer_entries WHERE code = 'mira'")
    await anna.open("/incidents/1")
    await anna.send("/incidents/1/places", version=1, number=1, entry=rows[0].id)
    seen = words((await anna.open("/labelling/names")).text)
    chief = await site.enter("chief", Role.ADMIN)
    await chief.open("/labelling/names")
    await chief.send("/labelling/names/1", state="refused")

    assert "Строительной адрес улица Мира город Заречный обращение 1 оператор" in seen
    assert "ищем по нему" in seen
    assert "Не искать" not in seen
    assert "не ищем — Chief" in words((await chief.open("/labelling/names")).text)
