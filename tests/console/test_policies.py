"""Terms of answers as a page: what is in force and what it means, its history, and the next version."""

import pytest

from app.domain.operator import Role
from tests.console.browsing import Browser, words
from tests.console.conftest import Site

NINE = {
    "name": "9 рабочих часов",
    "hours": "9",
    "urgent_hours": "4",
    "clock_start": "detected",
    "working_time": "1",
    "opens": "09:00",
    "closes": "18:00",
    "last_day": "5",
    "holidays": "1",
    "substantive_days": "7",
}


@pytest.fixture
async def chief(site: Site) -> Browser:
    """An administrator, signed in."""
    return await site.enter("chief", Role.ADMIN)


async def test_everybody_sees_what_is_in_force_and_what_it_means(vera: Browser) -> None:
    shown = words((await vera.open("/policies")).text)

    assert "Действует: 24 часа" in shown
    assert "На вопрос, заданный в пятницу в 17:40, надо ответить до субботы 17:40." in shown
    assert "полный должен последовать не позднее среды, 25 марта, или обещанного дня" in shown
    assert "Ввести в действие" not in shown


async def test_ready_terms_are_looked_at_and_put_in_force(chief: Browser, vera: Browser) -> None:
    filled = (await chief.open("/policies?ready=nine_working_hours")).text
    looked = await chief.send("/policies/preview", **NINE)
    still = words((await vera.open("/policies")).text)
    await chief.open("/policies")
    made = await chief.send("/policies", **NINE | {"days_off": "31.12.2026, 30.12.2026"})
    shown = words((await vera.open("/policies")).text)

    assert 'value="9 рабочих часов"' in filled
    for text in (words(filled), words(looked.text), shown):
        assert "заданный в пятницу в 17:40, найденный и переданный сразу, надо ответить до понедельника 17:40" in text
    assert "Действует: 24 часа" in still
    assert (made.status_code, made.headers["Location"]) == (303, "/policies")
    assert "Действует: 9 рабочих часов" in shown
    assert "2 сейчас 9 рабочих часов 9 рабочих ч, срочные 4 ч, с обнаружения" in shown
    assert "; ещё выходные: 30.12.2026, 31.12.2026. Срочные" in shown
    assert "Chief" in shown


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"hours": "скоро"}, {"closes": "08:00"}, {"opens": "утром"}, {"days_off": "завтра"}, {"substantive_days": "0"}],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_terms_that_cannot_be_are_explained(chief: Browser, wrong: dict[str, str]) -> None:
    await chief.open("/policies")
    answer = await chief.send("/policies", **NINE | wrong)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
