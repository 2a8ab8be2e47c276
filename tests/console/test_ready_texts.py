"""Ready texts in the console: kept by who may, told what they are worth, filled before they are read."""

from datetime import datetime

import pytest

from tests.console.browsing import Browser, words
from tests.usecases.reading import Reader, comment

WORKS = "{имя}, здравствуйте! Воду вернут до {срок}. {ведомство}"


async def add(browser: Browser, **fields: object) -> None:
    await browser.open("/texts")
    answer = await browser.send("/texts", **({"title": "Вода", "text": WORKS, "topic": "water"} | fields))
    assert answer.status_code == 303, words(answer.text)


async def test_a_coordinator_adds_changes_and_takes_a_text_away(boris: Browser) -> None:
    await add(boris)
    assert "Вода" in words((await boris.open("/texts")).text)
    await boris.open("/texts?edit=1")
    assert (await boris.send("/texts/1", version=1, title="Вода и стоки", text="Воду уже включили.")).status_code == 303
    assert (await boris.send("/texts/1", version=1, title="Вода", text="Воду включим.")).status_code == 409

    page = words((await boris.open("/texts")).text)
    assert "Вода и стоки Воду уже включили. Boris" in page
    assert (await boris.send("/texts/1/remove")).status_code == 303
    assert "Готовых ответов ещё нет." in words((await boris.open("/texts")).text)


async def test_a_text_that_stops_no_clock_is_told_so_before_it_is_kept(boris: Browser) -> None:
    await boris.open("/texts")
    checked = words((await boris.send("/texts", title="Принято", text="Спасибо, передали в работу!", check=1)).text)
    assert "Такой ответ часы не остановит: принято к сведению" in checked
    assert "Готовых ответов ещё нет." in checked

    part = words((await boris.send("/texts/worth", text=WORKS)).text)
    assert part == "Остановит часы первого ответа: промежуточный ответ."
    assert words((await boris.send("/texts/worth", text=" ")).text) == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "Назовите текст"),
        ({"text": "\r\n"}, "Напишите текст"),
        ({"text": "До {дата}"}, "Такой вставки нет. Есть {имя}"),
        ({"topic": "no.such"}, "Такой темы больше нет"),
        ({"title": "ВОДА"}, "с таким названием уже есть"),
    ],
)
async def test_what_stands_in_the_way_is_said_beside_the_form(boris: Browser, wrong: dict[str, str], said: str) -> None:
    await add(boris)
    answer = await boris.send("/texts", **({"title": "Другой", "text": WORKS} | wrong))
    assert (answer.status_code in {409, 422}, said in words(answer.text)) == (True, True)


async def test_operators_read_the_texts_and_do_not_change_them(anna: Browser, boris: Browser) -> None:
    await add(boris)
    page = (await anna.open("/texts")).text
    assert ("Изменить" in page, "Вода" in page) == (False, True)
    assert (await anna.send("/texts", title="Свой", text="Да")).status_code == 403


async def test_a_text_is_chosen_by_its_title_and_lands_filled_in_the_field(
    reader: Reader, anna: Browser, boris: Browser, publishing: None, noon: datetime
) -> None:
    await reader.read(comment(1, "Нет воды!", noon), at=noon)
    await add(boris)

    page = (await anna.open("/incidents/1?ready=вода")).text
    assert '<option value="Вода">' in page
    assert ", здравствуйте! Воду вернут до 20 марта. {ведомство}</textarea>" in page
    assert "Заполните сами: {ведомство}." in words(page)
    part = (await anna.open("/incidents/1/ready?title=Вода")).text
    assert "Воду вернут до 20 марта. {ведомство}</pre>" in part
    assert (await anna.open("/incidents/1/ready?title=Свет")).status_code == 404
    assert "Готового ответа «Свет» нет" in words((await anna.open("/incidents/1?ready=Свет")).text)

    await anna.open("/incidents/1")
    refused = await anna.send("/incidents/1/reply", version=1, text="Здравствуйте! {ведомство}")
    assert (refused.status_code, "осталась незаполненная вставка" in refused.text) == (422, True)
