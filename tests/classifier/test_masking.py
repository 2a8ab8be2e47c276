"""What no text may carry out of the process, and what must stay for the message to be understood."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifier.masking import masked
from app.domain.readable import readable, without_numbers
from connectors.ok.mapping import mentions as mentions_of_ok
from connectors.ok.people import without_person as without_person_of_ok
from connectors.vk.mapping import mentions
from connectors.vk.people import without_person


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Звоните 8 (912) 345-67-89 вечером", "Звоните [ТЕЛЕФОН] вечером"),
        ("+79123456789", "[ТЕЛЕФОН]"),
        ("диспетчер 8-495-123-45-67 не отвечает", "диспетчер [ТЕЛЕФОН] не отвечает"),
        ("домашний 23-45-67", "домашний [ТЕЛЕФОН]"),
        ("пишите ivan.petrov@example.ru", "пишите [ПОЧТА]"),
        ("[id123456|Ольга], у нас тоже", "[ИМЯ], у нас тоже"),
        ("[id123456:bp-7_15|Ольга], у нас тоже", "[ИМЯ], у нас тоже"),
        ("{user:560700000000001}Ольга{user}, у нас тоже", "[ИМЯ], у нас тоже"),
        ("см. https://vk.com/id1?w=wall и vk.com/petrov", "см. [ССЫЛКА] и [ССЫЛКА]"),
        ("Соколова Анна Петровна, участковый врач", "[ИМЯ], участковый врач"),
        ("спасибо Марии Ивановне", "спасибо [ИМЯ]"),
        ("глава Петров И.И. обещал", "глава [ИМЯ] обещал"),
        ("паспорт 4508 123456", "паспорт [НОМЕР]"),
        ("лицевой счёт 70012345", "лицевой счёт [НОМЕР]"),
        ("СНИЛС 112-233-445 95", "СНИЛС [НОМЕР]"),
        ("Ленина 5, кв. 12 заливает", "Ленина 5, [КВАРТИРА] заливает"),
        ("машина А123ВС 77 на газоне", "машина [НОМЕР] на газоне"),
    ],
)
def test_what_tells_of_a_person_is_replaced(text: str, kept: str) -> None:
    assert masked(text) == kept


@pytest.mark.parametrize("text", ["а", "[id1|", "[id1:a", "{user:1}", "a@", "a.", "Аа ", "1-", "+7 "])
def test_a_text_of_nothing_but_beginnings_is_read_in_a_blink(text: str) -> None:
    long, began = text * (16000 // len(text)), process_time()
    for read in (masked, readable, without_numbers, mentions, mentions_of_ok):
        read(long)
    for without in (without_person, without_person_of_ok):
        without(long, "1")

    assert process_time() - began < 1


@pytest.mark.parametrize(
    "text",
    [
        "На Гагарина 14 корп. 2 нет света с 15.03.2026, третий день",
        "автобус 12 не пришёл в 8:15, ждали 40 минут",
        "платёжка на 12 345 руб. за отопление",
        "у пятой школы яма 2,5 метра",
        "Воронцово, Поповка и Осинники без воды",
        "",
    ],
)
def test_streets_times_and_sums_stay(text: str) -> None:
    assert masked(text) == text


@given(st.text(alphabet=st.sampled_from("Аа Иван Петрович 8912345@vk.ru/[id1|Оля] -.,кв№"), max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = masked(text)

    assert masked(once) == once


@given(st.text(max_size=300))
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(masked(text), str)
