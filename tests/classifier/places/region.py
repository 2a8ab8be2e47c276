"""A small region for the finder: a town, two villages and what lies in them."""

from app.domain.territory import Entry, EntryId, EntryKind

LINES = """
territory oblast - область Приозёрная
settlement town oblast город Заречный
settlement ivanovka oblast село Ивановка
settlement kochki oblast деревня Большие_Кочки
street lesnaya town улица Лесная
street lesnaya-i ivanovka улица Лесная
street lesnaya-k kochki улица Лесная
street polevaya-i ivanovka улица Полевая
street polevaya-k kochki улица Полевая
street gagarina town улица Гагарина
street mira town улица Мира
street mira-avenue town проспект Мира
street novaya town улица Новая
street pobedy town улица Победы
street shkolnaya town улица Школьная
street shkolny town переулок Школьный
street vetlujskaya town улица Ветлужская
street march town улица 8_Марта
street years town улица 40_лет_Победы
street stepnaya town улица 2-я_Степная
street stroiteley town проспект Строителей
street marx town улица Карла_Маркса
street tikhy town переулок Тихий
district third town микрорайон 3-й
landmark school town школа №_5
landmark nursery town детский_сад Светлячок
landmark station town вокзал вокзал
"""


def entries() -> list[Entry]:
    """The region as it would be stored."""
    found: list[Entry] = []
    ids: dict[str, EntryId] = {}
    for number, line in enumerate(LINES.split("\n")[1:-1], start=1):
        kind, code, parent, type_, name = (part.replace("_", " ") for part in line.split(" "))
        ids[code] = EntryId(number)
        found.append(Entry(EntryId(number), EntryKind(kind), code, ids.get(parent), name, type_, ()))
    return found
