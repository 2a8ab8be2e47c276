"""A small export that a test can learn from in a second."""

from pathlib import Path

from app.classifier.contract import TextInContext
from app.classifier.regional.taught import Own, Taught
from app.domain.verdict import Kind

PLACES = ("на Лесной", "у школы", "во дворе", "на Садовой", "в посёлке", "у рынка", "на Заречной", "у вокзала", "на Речной", "у моста")
THEMES = {
    "Ямы на дороге": ("огромная яма {}, машины бьются", "roads.potholes", "Дорожный отдел"),
    "Нет света": ("темно {}, фонари не горят вторую неделю", "lighting", "Горсвет"),
    "Мусор не вывозят": ("контейнеры {} переполнены, мусор не вывозят", "waste", "Чистый город"),
}
WORDS = ("совсем", "опять", "снова", "давно", "никто не едет", "сил нет")


def export() -> list[Taught]:
    """A hundred and eighty complaints of three themes."""
    return [
        Taught(
            TextInContext(f"{said.format(place)}, {word}"),
            Kind.COMPLAINT,
            topic,
            ((Own.CATEGORY, "Город"), (Own.THEME, theme), (Own.AUTHORITY, authority)),
        )
        for theme, (said, topic, authority) in THEMES.items()
        for place in PLACES
        for word in WORDS
    ]


def write_table(folder: Path, examples: list[Taught], name: str = "export.csv") -> Path:
    """The examples as a table in our own columns."""
    path = folder / name
    rows = ["text;kind;topic;theme;authority"]
    for one in examples:
        cells = (one.text.text, one.kind or "", one.topic or "", one.label(Own.THEME) or "", one.label(Own.AUTHORITY) or "")
        rows.append(";".join(cells))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
