"""Messages about one thing: what speaks for it, what against it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.likeness import (
    SUGGESTED_FROM,
    Place,
    Reason,
    Spot,
    Telling,
    chances_of,
    compare,
    finest,
    key_of_unknown,
    may_be_alike,
    names_of,
    stems_of,
)
from app.domain.mass import LEAST_MASS, links, masses

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)


def telling(text: str, *spots: Spot, topic: str | None = "water.no_cold", hours: float = 0) -> Telling:
    return Telling(topic, NOON + timedelta(hours=hours), frozenset(spots), stems_of(text))


AT_12 = telling("На Лесной 12 воды нет с утра", Spot("lesnaya", "12"))


def test_the_same_trouble_next_door_is_one_thing_and_the_reasons_say_so() -> None:
    found = compare(AT_12, telling("Лесная 14, сухо в кране", Spot("lesnaya", "14"), hours=1))

    assert found.score > 0.7
    assert list(found.reasons()) == [Reason.SAME_PLACE, Reason.SAME_TOPIC, Reason.SAME_HOURS]


def test_the_same_text_moved_to_another_page_is_one_thing_even_where_no_place_is_named() -> None:
    text = "третий день без горячей воды, управляющая молчит"
    found = compare(telling(text, topic="water.no_hot"), telling(text.upper(), topic="water.no_hot", hours=5))

    assert found.score > 0.9
    assert next(found.reasons()) is Reason.SAME_TEXT


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (telling("Садовая 12 без воды", Spot("sadovaya", "12")), "another street"),
        (telling("Лесная 12: лифт стоит", Spot("lesnaya", "12"), topic="housing.lift"), "another trouble"),
        (telling("когда откроют библиотеку", topic="culture_sport.venues"), "another subject"),
    ],
)
def test_what_differs_in_place_or_trouble_is_not_suggested(other: Telling, why: str) -> None:
    assert compare(AT_12, other).score < SUGGESTED_FROM, why


def test_a_distant_house_of_a_long_street_counts_less_than_the_neighbour() -> None:
    near, far = (compare(AT_12, telling("воды нет", Spot("lesnaya", house))).score for house in ("16", "140"))

    assert near > far


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from(["water.no_cold", "water.quality", "roads.potholes", None]))
def test_comparing_has_no_direction(house: int, hours: int, topic: str | None) -> None:
    other = telling("воды нет у нас", Spot("lesnaya", str(house)), topic=topic, hours=hours)

    assert compare(AT_12, other) == compare(other, AT_12)
    assert 0 <= compare(AT_12, other).score <= 1


def test_what_is_further_apart_than_the_horizon_is_not_compared() -> None:
    again = telling("На Лесной 12 воды нет с утра", Spot("lesnaya", "12"), hours=80)

    assert list(links({1: AT_12, 2: again})) == []
    assert [(link.one, link.other) for link in links({1: AT_12, 2: telling("На Лесной 12 воды нет", Spot("lesnaya", "12"), hours=70)})] == [
        (1, 2)
    ]


def test_five_of_one_street_are_a_mass_and_a_sixth_of_another_is_not_in_it() -> None:
    tellings = {number: telling("воды нет", Spot("lesnaya", str(10 + number)), hours=number) for number in range(LEAST_MASS)}
    tellings[99] = telling("воды нет", Spot("sadovaya", "3"), hours=1)

    assert masses(tellings) == [frozenset(range(LEAST_MASS))]
    assert masses({number: tellings[number] for number in range(LEAST_MASS - 1)}) == []


def test_a_chain_is_no_mass() -> None:
    spots = [Spot(f"street{number}") for number in range(7)]
    words = ("сухо", "кран шипит", "отключили", "бак пустой", "кончилась", "колонка молчит")
    chain = {number: telling(words[number], spots[number], spots[number + 1]) for number in range(6)}

    assert masses(chain) == []


def test_chances_of_topics_bring_together_what_their_names_part() -> None:
    one, other = telling("сухо", Spot("lesnaya")), telling("краны пустые", Spot("lesnaya"), topic="safety.flood")
    heard = [replace(telling, chances=chances_of((0.4, 0.4, 0.2))) for telling in (one, other)]

    assert compare(one, other).score < SUGGESTED_FROM < compare(*heard).score
    assert list(compare(*heard).reasons())[:2] == [Reason.SAME_PLACE, Reason.SAME_GROUP]


def test_a_name_in_common_is_a_place_unless_sentences_merely_begin_with_it() -> None:
    def named(said: str) -> Telling:
        return replace(telling(said), names=names_of(said))

    assert compare(named("Химик, окна закрыли"), named("задыхается весь Химик")).place is Place.SAME_NAME
    assert compare(named("Вода рыжая"), named("Вода с песком")).place is Place.UNSAID
    assert compare(named("куда смотрит Водоканал"), named("звонили в Водоканал")).place is Place.UNSAID


@pytest.mark.parametrize(
    ("one", "other"), [("пл. Труда", "площади Труда"), ("поликлинику №2", "второй поликлинике"), ("мкр Химик", "Химике")]
)
def test_a_place_that_the_gazetteer_lacks_is_known_by_its_words(one: str, other: str) -> None:
    assert key_of_unknown(one) == key_of_unknown(other) != ""


def test_a_house_without_its_street_is_no_place() -> None:
    assert key_of_unknown("у дома 40") == ""


def test_what_cannot_reach_the_score_by_place_and_words_is_not_looked_at_again() -> None:
    assert may_be_alike(AT_12, telling("кран шипит", Spot("lesnaya")))
    assert not may_be_alike(AT_12, telling("Садовая 12 без света", Spot("sadovaya", "12")))


def test_two_streets_of_one_village_are_two_places_and_the_village_may_be_either() -> None:
    village = Spot("ivanovka")
    here = telling("темно", *finest([village, Spot("lesnaya", "5", "ivanovka")]))
    there = telling("темно", *finest([village, Spot("sadovaya", "3", "ivanovka")]))

    assert compare(here, there).place is Place.ELSEWHERE
    assert compare(here, telling("темно", village)).place is Place.SAME_NAME
