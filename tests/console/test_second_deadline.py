"""The second deadline in the console: a tab, a mark in the queue, the clock and the journal of an incident."""

from datetime import datetime, timedelta

from app.domain.operator import Role
from app.usecases.rejudge_incidents import rejudge_incidents
from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.console.test_policies import NINE
from tests.usecases.reading import PAGE, Reader, comment

HOUR = timedelta(hours=1)


async def test_what_owes_a_full_answer_is_found_and_marked(site: Site, reader: Reader, anna: Browser, noon: datetime) -> None:
    none_yet = words((await anna.open("/")).text)
    await reader.read(*(comment(number, "Холодно!", noon - 22 * HOUR, by=str(number)) for number in (11, 12, 13)), at=noon - 22 * HOUR)
    for number, promise in ((11, "восстановим до 16 марта."), (12, "восстановим до конца дня.")):
        text = f"Добрый день! Бригада направлена, отопление {promise}"
        await reader.read(comment(20 + number, text, noon - 20 * HOUR, by=PAGE, reply_to=number), at=noon - 20 * HOUR)
    site.clock[0] = noon

    shown = (await anna.open("/?status=all&promised=1")).text
    late, later = (words(shown).index(term) for term in ("просрочено на 15 ч полный ответ", "через 5 дн 9 ч полный ответ"))
    page = words((await anna.open("/incidents/2")).text)

    assert "Ждут полного ответа" not in none_yet
    assert "Ждут полного ответа 2" in words(shown)
    assert late < later
    assert shown.count("data-row") == 2
    assert 'class="tone-late"' in shown
    assert "полный ответ: просрочено на 15 ч" in page
    assert "Полный ответ до 10 марта, 23:59" in page


async def test_another_policy_is_told_in_the_journal(site: Site, reader: Reader, anna: Browser, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    chief = await site.enter("chief", Role.ADMIN)
    await chief.open("/policies")
    await chief.send("/policies", **NINE | {"hours": "8"})
    await rejudge_incidents(site.console.database, site.console.region_id, now=noon + HOUR)

    page = words((await anna.open("/incidents/1")).text)
    assert "Сроки региона изменились: ответ нужен до 12 марта, 14:00, раньше до 12 марта, 15:00" in page
