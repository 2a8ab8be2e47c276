"""A cable is cut in the town soon after the demo begins: what residents of one street write of it, on three pages.

Nothing is told to Otklik: the surge and the mass incident are for it to find.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from connectors.sdk.emulation.town import TownMessage, TownPerson

POWER, CITY, GOSSIP = "Тепловые сети Заречного", "Администрация города Заречный", "Подслушано в Заречном"
POSTS: Mapping[str, tuple[timedelta, str]] = {
    POWER: (timedelta(hours=-3), "Плановые работы на электросетях: завтра с 10 до 12 часов отключим улицу Мира."),
    CITY: (timedelta(hours=-2), "Глава города ответит на вопросы жителей в прямом эфире в четверг в 18 часов."),
    GOSSIP: (timedelta(hours=-1), "Доброе утро, Заречный! Делитесь, что у кого нового."),
}


@dataclass(frozen=True, slots=True)
class Cry:
    """What one resident writes, how many minutes after the demo's beginning, under the post of which page."""

    minutes: int
    page: str
    text: str


CRIES = (
    Cry(40, POWER, "На Лесной 12 с утра нет света, и никто не предупредил. Когда включат?"),
    Cry(44, POWER, "Лесная 14 тоже без света, ни одного объявления на подъезде"),
    Cry(49, GOSSIP, "на лесной свет вырубили, у кого так же? дома 10 и 8 сидят в темноте, света нет"),
    Cry(52, POWER, "Здравствуйте, улица Лесная, дом 16: нет электричества с семи утра, дома грудной ребёнок. Когда дадут?"),
    Cry(56, CITY, "Лесная 18 без электричества, аварийная не берёт трубку. Когда дадут свет?"),
    Cry(61, POWER, "Подскажите, почему отключили свет на Лесной? Дом 10, пятый этаж, холодильник течёт"),
    Cry(65, GOSSIP, "нет света лесная 22!!! сколько можно"),
    Cry(70, POWER, "У нас на Лесной 20 света нет совсем. Это авария или опять плановое отключение?"),
    Cry(74, CITY, "Лесная, 9. Третий час нет света, продукты в холодильнике пропадают"),
    Cry(79, POWER, "На Лесной у дома 13 искрит подстанция, а в квартирах нет света"),
    Cry(85, POWER, "Почему нет света на Лесной 15? Заплатили вовремя, а сидим со свечами"),
    Cry(92, GOSSIP, "Мама с Лесной 11 звонит: света нет, лифт стоит. Она с пятого этажа спуститься не может"),
    Cry(98, POWER, "Добрый день. Когда восстановят электроснабжение на улице Лесной? Дом 17 без света"),
    Cry(106, CITY, "Лесная 24: электричества так и нет, свет обещали к обеду. Хоть бы написали срок"),
    Cry(115, POWER, "Лесная 26, четвёртый подъезд, нет электричества. Что случилось?"),
)
ANSWERED = timedelta(minutes=150)
ANSWER = "Добрый день! На Лесной повредили кабель у дома 13, бригада на месте. Свет дадут сегодня до 20:00."


def outage(pages: Mapping[str, int], people: Sequence[TownPerson], start: datetime, random: Random) -> Iterator[TownMessage]:
    """The posts, the residents' words and the one answer; `pages` are the ids of the town's pages by name."""
    for name, (after, text) in POSTS.items():
        yield TownMessage(_post(name), pages[name], -pages[name], start + after, text)
    residents = random.sample(list(people), len(CRIES))
    for number, (cry, person) in enumerate(zip(CRIES, residents, strict=True)):
        at = start + timedelta(minutes=cry.minutes)
        yield TownMessage(_cry(number), pages[cry.page], person.id, at, cry.text, post_key=_post(cry.page))
    power = pages[POWER]
    yield TownMessage("outage/answer", power, -power, start + ANSWERED, ANSWER, post_key=_post(POWER), reply_to_key=_cry(0))


def _post(page: str) -> str:
    return f"outage/{page}"


def _cry(number: int) -> str:
    return f"outage/{number}"
