"""What people orient themselves by: «у пятой школы», «садик № 9», «за гаражами», «напротив «Магнита»»."""

import re
from dataclasses import dataclass

from app.classifier.places.morphology import CASES, Morphology
from app.classifier.places.vocabulary import CASES as PREPOSITIONS
from app.classifier.places.words import Word, plain, words_of

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
}
ALSO_MANY = frozenset({"гараж"})
LEADS = frozenset(PREPOSITIONS) | {"рядом", "мимо"}
NUMBER = re.compile(r"\s*(?:№|N|номер)?\s*(?P<number>\d{1,3})(?!\d)(?!\s*(?:лет|класс|этаж|час|минут|метр|м\b|руб|дн|год))", re.IGNORECASE)
QUOTED = re.compile(r"\s*[«\"“](?P<name>[^»\"”\n]{2,40})[»\"”]")


@dataclass(frozen=True, slots=True)
class Landmark:
    """Words that name a landmark; `key` is what the gazetteer knows it by."""

    start: int
    end: int
    key: str


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


class LandmarkFinder:
    """Finds landmarks by the nouns that name their sorts, in any case."""

    def __init__(self, morphology: Morphology) -> None:
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
        return found[0].key if found else next(sorts, " ".join(word.plain for word in words))

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

    @staticmethod
    def _landmark(text: str, words: list[Word], index: int, sort: str) -> Landmark | None:
        word, before = words[index], words[index - 1] if index else None
        behind = NUMBER.match(text, word.end) or QUOTED.match(text, word.end)
        if behind is not None:
            own = behind.groupdict().get("number") or " ".join(plain(one) for one in re.findall(r"\w+", behind.group("name")))
            return Landmark(word.start, behind.end(), f"{sort} {own}".strip())
        if before is not None and before.plain.isdigit() and sort in {"школа", "детский сад", "больница", "поликлиника"}:
            return Landmark(before.start, word.end, f"{sort} {before.plain}")
        if before is not None and before.plain in LEADS - {"в", "из", "с", "про"}:
            return Landmark(word.start, word.end, sort)
        return None
