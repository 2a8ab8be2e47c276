"""What people orient themselves by: «у пятой школы», «садик № 9», «за гаражами», «напротив «Магнита»»."""

import re
from dataclasses import dataclass

from app.classifier.places.morphology import CASES, Morphology
from app.classifier.places.vocabulary import CASES as PREPOSITIONS
from app.classifier.places.words import Word, are_joined, plain, words_of

NOUNS = {
    "школа": "школа лицей гимназия сош",
    "детский сад": "садик детсад сад ясли",
    "вокзал": "вокзал жд-вокзал",
    "автовокзал": "автовокзал автостанция",
    "рынок": "рынок базар",
    "дом культуры": "дк клуб",
    "больница": "больница црб стационар",
    "поликлиника": "поликлиника амбулатория фап",
    "стадион": "стадион",
    "парк": "парк",
    "сквер": "сквер",
    "площадь": "площадь",
    "кладбище": "кладбище",
    "мост": "мост мостик путепровод",
    "магазин": "магазин супермаркет",
    "торговый центр": "тц трц",
    "остановка": "остановка",
    "гаражи": "гараж",
    "котельная": "котельная",
    "завод": "завод фабрика комбинат",
    "церковь": "церковь храм собор мечеть",
    "аптека": "аптека",
    "почта": "почта",
    "озеро": "озеро пруд водохранилище",
    "общежитие": "общежитие общага",
    "элеватор": "элеватор",
    "лодочная станция": "пристань",
    "птицефабрика": "птицефабрика",
    "автозаправка": "заправка азс",
    "кафе": "кафе",
    "баня": "баня",
    "памятник": "памятник",
    "набережная": "набережная",
    "театр": "театр кинотеатр",
    "библиотека": "библиотека",
    "бассейн": "бассейн",
    "колледж": "колледж техникум училище",
    "лагерь": "лагерь",
    "санаторий": "санаторий",
    "пляж": "пляж",
    "лесхоз": "лесхоз",
    "хлебозавод": "хлебозавод",
    "универмаг": "универмаг",
    "ипподром": "ипподром",
    "мемориал": "мемориал",
    "проходная": "проходная",
    "переезд": "переезд",
    "водокачка": "водокачка",
    "свалка": "полигон",
    "садоводство": "снт",
    "жилой комплекс": "жк",
    "роща": "роща",
    "площадка": "платформа",
    "спортивный комплекс": "фок спорткомплекс",
    "мфц": "мфц",
}
ANY = frozenset({"masc", "femn", "neut"})
ALSO_MANY = frozenset({"гараж"})
SEEN_FROM_AFAR = frozenset(
    (
        "аптека",
        "почта",
        "рынок",
        "вокзал",
        "автовокзал",
        "мост",
        "баня",
        "гаражи",
        "церковь",
        "элеватор",
        "проходная",
        "мемориал",
        "колледж",
    )
)
"""What people orient themselves by even where the gazetteer lacks it; «у школы», «до больницы» are more often said in passing."""
BESIDE = frozenset({"у", "около", "возле", "напротив", "за", "вокруг", "рядом", "под", "между"})
LEADS = frozenset(PREPOSITIONS) | {"рядом", "мимо"}
NOT_ITS_OWN = (
    r"лет|класс|этаж|час|минут|метр|м\b|км|руб|тыс|дн|год|маршрут|-?х\b|,\d"
    r"|январ|феврал|март|апрел|мая|июн|июл|август|сентябр|октябр|ноябр|декабр"
)
NUMBER = re.compile(rf"\s*(?:(?P<sign>№|N|номер)\s*)?(?P<number>\d{{1,3}})(?!\d)(?!\s*(?:{NOT_ITS_OWN}))", re.IGNORECASE)
NUMBERED = frozenset({"школа", "детский сад", "больница", "поликлиника", "котельная", "общежитие", "аптека", "магазин", "колледж"})
"""Sorts that are called by a number even without a sign for it."""
QUOTED = re.compile(r"\s*[«\"“](?P<name>[^»\"”\n]{2,40})[»\"”]")


@dataclass(frozen=True, slots=True)
class Landmark:
    """Words that name a landmark; `keys` are what the gazetteer may know it by, the likeliest first."""

    start: int
    end: int
    keys: tuple[str, ...]
    has_name: bool = True


def landmark_key(type_: str, name: str) -> str:
    """The sort of landmark with its number or name: «школа 5», «магазин магнит», «вокзал»."""
    sort = _sort(type_ or name)
    number = re.search(r"\d+", name)
    is_named = type_ and plain(type_) != plain(name)
    own = number.group() if number else " ".join(plain(word) for word in re.findall(r"\w+", name)) if is_named else ""
    return f"{sort} {own}".strip()


def _sort(words: str) -> str:
    small = words.lower().replace("ё", "е")
    return next((sort for sort, nouns in NOUNS.items() if small == sort or small in nouns.split()), small)


def _side_by_side(text: str, left: Word, right: Word) -> bool:
    return are_joined(text, left, right) and "." not in text[left.end : right.start]


class LandmarkFinder:
    """Finds landmarks by the nouns that name their sorts, in any case."""

    def __init__(self, morphology: Morphology) -> None:
        self._grammar = morphology
        self._sorts: dict[str, str] = {}
        for sort, nouns in NOUNS.items():
            for noun in nouns.split():
                reading, numbers = morphology.parses(noun)[0], ("sing", "plur") if noun in ALSO_MANY else ("sing",)
                bent = (reading.inflect({case, number}) for case in CASES for number in numbers)
                forms = {noun, *(str(form.word) for form in bent if form)}
                self._sorts |= {form.replace("ё", "е"): sort for form in forms}

    def key_of(self, name: str) -> str:
        """What a name that was taken for a landmark is known by."""
        words = words_of(name)
        found = self.find(name, words)
        sorts = (self._sorts[word.plain] for word in words if word.plain in self._sorts)
        return found[0].keys[-1] if found else next(sorts, " ".join(word.plain for word in words))

    def find(self, text: str, words: list[Word]) -> list[Landmark]:
        """Landmarks with a number, a name in quotes, or a preposition of place in front."""
        found = []
        for index, word in enumerate(words):
            sort = self._sorts.get(word.plain)
            if sort is not None:
                landmark = self._landmark(text, words, index, sort)
                if landmark is not None:
                    found.append(landmark)
        return found

    def _landmark(self, text: str, words: list[Word], index: int, sort: str) -> Landmark | None:
        word, before = words[index], words[index - 1] if index else None
        number = NUMBER.match(text, word.end)
        if number is not None and number.group("sign") is None and sort not in NUMBERED:
            number = None
        behind = number or QUOTED.match(text, word.end)
        if behind is not None:
            own = behind.groupdict().get("number") or " ".join(plain(one) for one in re.findall(r"\w+", behind.group("name")))
            return Landmark(word.start, behind.end(), (f"{sort} {own}".strip(),))
        if before is not None and before.plain.isdigit() and sort in {"школа", "детский сад", "больница", "поликлиника"}:
            return Landmark(before.start, word.end, (f"{sort} {before.plain}",))
        name = self._name_behind(text, words, index)
        if name is not None:
            return Landmark(word.start, name.end, self._keys(sort, name))
        if before is not None and self._is_its_name(text, before, word):
            return Landmark(before.start, word.end, self._keys(sort, before))
        if before is not None and before.plain in (BESIDE if sort in SEEN_FROM_AFAR else LEADS - {"в", "из", "с", "про"}):
            return Landmark(word.start, word.end, (sort,), has_name=False)
        return None

    def _name_behind(self, text: str, words: list[Word], index: int) -> Word | None:
        """«садик Ромашка», «сквер Моряков»: a word with a capital letter right behind the noun."""
        following = words[index + 1] if index + 1 < len(words) else None
        is_one = following is not None and following.is_capital and not following.is_number and _side_by_side(text, words[index], following)
        return following if is_one and words[index].plain not in ALSO_MANY else None

    def _is_its_name(self, text: str, before: Word, word: Word) -> bool:
        """«на Северном рынке»: an adjective with a capital letter right before the noun."""
        return (
            before.is_capital
            and not before.begins
            and are_joined(text, before, word)
            and bool(self._grammar.adjective_cases(before.plain, ANY))
        )

    def _keys(self, sort: str, name: Word) -> tuple[str, ...]:
        normal = str(self._grammar.parses(name.plain)[0].normal_form).replace("ё", "е")
        return tuple(dict.fromkeys((f"{sort} {name.plain}", f"{sort} {normal}")))
