"""Reads a region's labelled export: our own columns, those of portals that a map knows, those of «Инцидент Менеджмент»."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.regional.taught import Own, Taught
from app.classifier.tables import open_table
from app.classifier.topic_maps import SHIPPED_MAPS, TopicMap, shipped_topic_map
from app.classifier.topics import shipped_taxonomy
from app.domain.topic import Taxonomy
from app.domain.verdict import Kind

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "текст инцидента", "текст сообщения", "текст"),
    "post": ("post",),
    "reply_to": ("reply_to",),
    "kind": ("kind",),
    "topic": ("topic",),
    "urgent": ("urgent", "срочно", "срочность"),
    Own.CATEGORY: ("category", "category_name", "topic_group", "группа тем", "категория"),
    Own.THEME: ("theme", "тема"),
    Own.AUTHORITY: ("authority", "responsible", "отдел", "исполнитель"),
}
"""Under which names each of our columns may stand, the first of them first."""
LABELS = ("kind", "topic", "urgent", *Own)
KINDS_IN_RUSSIAN = {"жалоба": "complaint", "вопрос": "question", "предложение": "suggestion", "благодарность": "thanks", "другое": "other"}
YES, NO = {"да", "yes", "true", "1", "срочно"}, {"нет", "no", "false", "0", "не срочно"}
LONGEST_TEXT = 16_384
LONGEST_LABEL = 400
FIELDS_OF_INCIDENTS = {"группа тем", "тема"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column of a table holds what; `topic_map` turns the region's themes into our topics where one knows them."""

    columns: Mapping[str, str]
    topic_map: TopicMap | None
    taxonomy: Taxonomy

    def value(self, row: Mapping[str, str], name: str) -> str:
        """What a row says under one of our names, empty where it says nothing."""
        return row.get(self.columns.get(name, ""), "")


def read_exports(paths: Sequence[Path], refused: list[DataRefused]) -> list[Taught]:
    """The labelled rows of several exports; a file that cannot be used at all is refused as a whole, the others are read.

    `DataRefused` when none is left.
    """
    examples: list[Taught] = []
    for path in paths:
        try:
            examples += read_export(path, refused)
        except DataRefused as refusal:
            if len(paths) == 1:
                raise
            refused.append(refusal)
    if not examples:
        raise refused[0] if refused else DataRefused("training data", "no file was given")
    return examples


def read_export(path: Path, refused: list[DataRefused]) -> list[Taught]:
    """The labelled rows of an export; rows that are wrong go to `refused`, each with its line, and the others are read.

    `DataRefused` when the whole file cannot be used.
    """
    before = len(refused)
    table = open_table(path)
    layout = _layout(table.names, f"{path}:1")
    examples = [example for where, row in table.rows(refused) if (example := _read(row, layout, where, refused)) is not None]
    if not examples:
        raise refused.pop(before) if len(refused) > before else DataRefused(f"{path}:1", "there are no rows below the column names")
    return examples


def _layout(names: Sequence[str], where: str) -> Layout:
    given = {name.strip().lower().replace("ё", "е"): name for name in names}
    columns = {ours: given[found] for ours, known in COLUMNS.items() if (found := next((name for name in known if name in given), None))}
    topic_map = _map_of(names, set(given))
    if topic_map is not None:
        columns |= {Own.CATEGORY: topic_map.category_column, Own.THEME: topic_map.theme_column}
        columns = {ours: name for ours, name in columns.items() if ours != "topic" or name != topic_map.theme_column}
        columns |= {own: given[name] for own, name in ((Own.CATEGORY, "группа тем"), (Own.THEME, "тема")) if name in given}
    if "text" not in columns:
        raise DataRefused(where, f"no column holds the texts (text or «Текст инцидента»); there are {', '.join(names)}")
    if not set(columns) & set(LABELS):
        raise DataRefused(where, f"no column holds a label (kind, topic, urgent, category, theme, authority); there are {', '.join(names)}")
    return Layout(columns, topic_map, shipped_taxonomy())


def _map_of(names: Sequence[str], lowered: set[str]) -> TopicMap | None:
    """The map of the table's columns. «Инцидент Менеджмент» has one classifier for all regions: that of Perm."""
    if lowered >= FIELDS_OF_INCIDENTS:
        return shipped_topic_map("perm")
    maps = (shipped_topic_map(name) for name in SHIPPED_MAPS)
    return next((one for one in maps if {one.theme_column, one.category_column} <= set(names)), None)


def _read(row: Mapping[str, str], layout: Layout, where: str, refused: list[DataRefused]) -> Taught | None:
    try:
        return next(_examples(row, layout, where), None)
    except DataRefused as refusal:
        refused.append(refusal)
        return None


def _examples(row: Mapping[str, str], layout: Layout, where: str) -> Iterator[Taught]:
    text = layout.value(row, "text")
    if not text:
        raise DataRefused(where, "there is no text")
    if len(text) > LONGEST_TEXT:
        raise DataRefused(where, f"the text has {len(text)} characters, at most {LONGEST_TEXT} are read")
    own = tuple((one, label) for one in Own if (label := layout.value(row, one)))
    if longest := max((label for _, label in own), key=len, default=""):
        _must_be_short(longest, where)
    kind, topic = _kind(layout.value(row, "kind"), where), _topic(row, layout, dict(own), where)
    urgent = _urgency(layout.value(row, "urgent"), where)
    if kind is None and topic is None and urgent is None and not own:
        raise DataRefused(where, "nothing is said of the text")
    context = TextInContext(text, layout.value(row, "post") or None, layout.value(row, "reply_to") or None)
    yield Taught(context, kind, topic, own, urgent)


def _must_be_short(label: str, where: str) -> None:
    if len(label) > LONGEST_LABEL:
        raise DataRefused(where, f"a label has {len(label)} characters: are the columns shifted?")


def _kind(written: str, where: str) -> Kind | None:
    if not written:
        return None
    word = KINDS_IN_RUSSIAN.get(written.lower(), written.lower())
    if word not in set(Kind):
        raise DataRefused(where, f"the kind {written!r} is none of {', '.join(Kind)}")
    return Kind(word)


def _urgency(written: str, where: str) -> bool | None:
    word = written.lower()
    if word and word not in YES | NO:
        raise DataRefused(where, f"the urgency {written!r} is neither yes nor no")
    return word in YES if word else None


def _topic(row: Mapping[str, str], layout: Layout, own: Mapping[Own, str], where: str) -> str | None:
    """Our topic of a row: as written, or by the map; a theme that no map knows stays the region's own word."""
    if code := layout.value(row, "topic"):
        if code not in layout.taxonomy.titles:
            raise DataRefused(where, f"there is no topic {code!r} in the taxonomy")
        return code
    if layout.topic_map is None:
        return None
    return layout.topic_map.topic(own.get(Own.THEME, ""), own.get(Own.CATEGORY, ""))
