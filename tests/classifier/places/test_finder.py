"""Places in residents' words, and what each can mean."""

from time import process_time

import pytest

from app.classifier.places.atlas import Atlas
from app.classifier.places.finder import PlaceFinder, Surroundings
from app.classifier.places.morphology import Morphology
from app.domain.place import FoundPlace, PlaceKind
from app.domain.territory import EntryId
from tests.classifier.places.region import entries

IDS = {entry.code: entry.id for entry in entries()}
CODES = {entry.id: entry.code for entry in entries()}
TOWN = Surroundings(page_territory=IDS["town"])
REGION = Surroundings(page_territory=IDS["oblast"])


@pytest.fixture(scope="module")
def finder() -> PlaceFinder:
    return PlaceFinder(Atlas(entries(), Morphology()))


def meant(places: tuple[FoundPlace, ...]) -> list[tuple[str, str | None]]:
    """Each place as its surface and the code of what it surely is."""
    return [(place.surface, None if place.meant is None else CODES[place.meant.entry_id]) for place in places]


@pytest.mark.parametrize(
    ("text", "surface", "code", "house"),
    [
        ("на Гагарина 14 нет света", "Гагарина 14", "gagarina", "14"),
        ("ул. Мира, д. 45, кв. 3", "ул. Мира, д. 45", "mira", "45"),
        ("Мира 12—18 без воды", "Мира 12—18", "mira", "12—18"),
        ("пр-т Мира 7", "пр-т Мира 7", "mira-avenue", "7"),
        ("ямы на Лесной", "Лесной", "lesnaya", None),
        ("всю Лесную перекопали", "Лесную", "lesnaya", None),
        ("по Лесной 5 к.2 темно", "Лесной 5 к.2", "lesnaya", "5 к.2"),
        ("Лесная, 12а", "Лесная, 12а", "lesnaya", "12а"),
        ("Лесная 12/3", "Лесная 12/3", "lesnaya", "12/3"),
        ("дом 15 по Лесной течёт", "дом 15 по Лесной", "lesnaya", "15"),
        ("Лесная 3, 5 и 7 без тепла", "Лесная 3, 5 и 7", "lesnaya", "3, 5 и 7"),
        ("8 Марта 31 полы гнилые", "8 Марта 31", "march", "31"),
        ("на 40 лет Победы кольцо", "40 лет Победы", "years", None),
        ("на второй Степной грязь", "второй Степной", "stepnaya", None),
        ("В Школьном переулке темно", "Школьном переулке", "shkolny", None),
        ("пер. Тихий занесло", "пер. Тихий", "tikhy", None),
        ("проспект Строителей стоит", "проспект Строителей", "stroiteley", None),
        ("на строителей 6 лёд", "строителей 6", "stroiteley", "6"),
        ("НА ШКОЛЬНОЙ СВАЛКА ГОРИТ ПРЯМО СЕЙЧАС", "ШКОЛЬНОЙ", "shkolnaya", None),
        ("na Lesnoj 6 tozhe", "Lesnoj 6", "lesnaya", "6"),
        ("улица школьная третий день", "улица школьная", "shkolnaya", None),
        ("двор Карла Маркса 27", "Карла Маркса 27", "marx", "27"),
    ],
)
def test_a_street_is_found_as_people_write_it(finder: PlaceFinder, text: str, surface: str, code: str, house: str | None) -> None:
    places = finder.find(text, TOWN)

    assert meant(places) == [(surface, code)]
    assert places[0].house == house
    assert text[places[0].start : places[0].end] == surface


@pytest.mark.parametrize("text", ["на Ветлужскй 4 газом пахнет", "Ветлушская 4", "у нас на Ветлужсокй яма"])
def test_a_misspelt_street_is_recognised_by_one_wrong_letter(finder: PlaceFinder, text: str) -> None:
    assert [CODES[place.candidates[0].entry_id] for place in finder.find(text, TOWN)] == ["vetlujskaya"]


@pytest.mark.parametrize(
    "text",
    [
        "в мире много бед",
        "на новую дорогу денег нет",
        "победа будет за нами",
        "мира вам и добра",
        "к 8 марта обещали",
        "на школьной площадке пьют",
        "Школьная форма дорогая",
        "Новая остановка нужна",
        "День Победы отметили",
        "опять всё по новой",
        "ждём 40 лет",
        "прошло 5 лет, 3 месяца",
        "лесная подстилка горит",
        "в третий раз пишу",
        "спасибо большое",
        "",
        "!!!",
        "😀😀",
    ],
)
def test_ordinary_words_are_no_places(finder: PlaceFinder, text: str) -> None:
    assert finder.find(text, TOWN) == ()


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("у пятой школы яма", PlaceKind.LANDMARK, "school"),
        ("школа №5 без воды", PlaceKind.LANDMARK, "school"),
        ("возле садика «Светлячок»", PlaceKind.LANDMARK, "nursery"),
        ("около вокзала темно", PlaceKind.LANDMARK, "station"),
        ("3-й мкр без воды", PlaceKind.DISTRICT, "third"),
        ("в третьем микрорайоне холодно", PlaceKind.DISTRICT, "third"),
        ("у нас в Больших Кочках нет света", PlaceKind.SETTLEMENT, "kochki"),
        ("деревня Большие Кочки", PlaceKind.SETTLEMENT, "kochki"),
    ],
)
def test_landmarks_districts_and_settlements_are_found(finder: PlaceFinder, text: str, kind: PlaceKind, code: str) -> None:
    (place,) = finder.find(text, TOWN)

    assert (place.kind, place.meant is not None and CODES[place.meant.entry_id]) == (kind, code)


@pytest.mark.parametrize(
    ("text", "surface", "kind"),
    [
        ("поставьте постамат в мкр Звёздный", "мкр Звёздный", PlaceKind.DISTRICT),
        ("горячую когда дадут в 7 мкр", "7 мкр", PlaceKind.DISTRICT),
        ("живём в посёлке Верхний Бор", "посёлке Верхний Бор", PlaceKind.SETTLEMENT),
        ("вышка в Малую Шую когда", "Малую Шую", PlaceKind.SETTLEMENT),
        ("дорога мимо Усть-Сылвы", "Усть-Сылвы", PlaceKind.SETTLEMENT),
        ("Помогите, телефон молчит. Рощинск", "Рощинск", PlaceKind.SETTLEMENT),
        ("закрыли группу в садике Пчёлка", "садике Пчёлка", PlaceKind.LANDMARK),
        ("толпа на Северном рынке", "Северном рынке", PlaceKind.LANDMARK),
        ("у аптеки каток", "аптеки", PlaceKind.LANDMARK),
        ("котельная № 4 дымит", "котельная № 4", PlaceKind.LANDMARK),
    ],
)
def test_an_area_or_a_landmark_that_the_gazetteer_lacks_is_a_span(finder: PlaceFinder, text: str, surface: str, kind: PlaceKind) -> None:
    assert [(place.surface, place.kind) for place in finder.find(text, TOWN)] == [(surface, kind)]


@pytest.mark.parametrize(
    "text", ["ребёнок ходит в детский сад. Управляющая молчит", "до садика два шага", "в больнице с 11 ноября", "Европе не снилось"]
)
def test_what_is_said_in_passing_is_no_landmark(finder: PlaceFinder, text: str) -> None:
    assert finder.find(text, TOWN) == ()


def test_a_settlement_in_the_text_outweighs_that_of_the_page(finder: PlaceFinder) -> None:
    assert meant(finder.find("в Ивановке по Лесной не чистят", TOWN)) == [("Ивановке", "ivanovka"), ("Лесной", "lesnaya-i")]


def test_a_settlement_of_the_post_decides_where_the_comment_names_none(finder: PlaceFinder) -> None:
    around = Surroundings(("Ремонт дорог в Ивановке начнётся в мае",), IDS["oblast"])

    assert meant(finder.find("а на Лесной?", around)) == [("Лесной", "lesnaya-i")]


def test_the_territory_of_the_page_decides_otherwise(finder: PlaceFinder) -> None:
    assert meant(finder.find("на Лесной темно", TOWN)) == [("Лесной", "lesnaya")]


def test_what_may_be_several_is_offered_and_not_guessed(finder: PlaceFinder) -> None:
    (place,) = finder.find("на Лесной темно", REGION)

    assert place.meant is None
    assert {CODES[one.entry_id] for one in place.candidates} == {"lesnaya", "lesnaya-i", "lesnaya-k"}
    assert all(0 < one.confidence < 0.5 for one in place.candidates)


def test_a_street_that_only_other_settlements_have_is_offered(finder: PlaceFinder) -> None:
    (place,) = finder.find("на Полевой темно", TOWN)

    assert place.meant is None
    assert {CODES[one.entry_id] for one in place.candidates} == {"polevaya-i", "polevaya-k"}


@pytest.mark.parametrize(
    ("text", "surface"), [("ул. Зои Космодемьянской, 19", "ул. Зои Космодемьянской, 19"), ("на Адмиральской порыв", "Адмиральской")]
)
def test_a_street_that_the_gazetteer_lacks_is_a_span_without_a_guess(finder: PlaceFinder, text: str, surface: str) -> None:
    (place,) = finder.find(text, TOWN)

    assert (place.surface, place.candidates) == (surface, ())


def test_a_house_alone_belongs_to_the_street_before_it(finder: PlaceFinder) -> None:
    places = finder.find("На Лесной ямы, особенно у дома 40.", TOWN)

    assert [(place.surface, place.house) for place in places] == [("Лесной", None), ("дома 40", "40")]
    assert CODES[places[1].candidates[0].entry_id] == "lesnaya"


@pytest.mark.parametrize(
    "text",
    [
        "на Лесной 5 " * 1365,
        "Ааааа" * 3276,
        "на " * 5461,
        "дом 1, 2, 3, 4 и " * 963,
        "Ул. " * 4096,
        "5, " * 5461,
        "«" * 16384,
        "школа № " * 2048,
        "школа" + " " * 16000,
        "Ленина" + " " * 16000 + "Мира 5",
        "\ud800Лесная\u202e 5 \x00" * 1000,
        "на Первомайскй, Новотракторской, Ивановопетровской " * 321,
    ],
)
def test_long_and_odd_texts_are_read_in_a_blink(finder: PlaceFinder, text: str) -> None:
    began = process_time()
    places = finder.find(text[:16384], TOWN)

    assert process_time() - began < 1
    assert len(places) <= 50


def test_an_atlas_without_entries_still_finds_shapes() -> None:
    finder = PlaceFinder(Atlas((), Morphology()))

    assert meant(finder.find("на улице Лесной, 5", Surroundings(page_territory=EntryId(7)))) == [("улице Лесной, 5", None)]
