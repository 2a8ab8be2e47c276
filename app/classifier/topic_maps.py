"""Other classifiers' themes in our topics, so that a region's labelled export can be used."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from app.classifier.errors import DataRefused
from app.classifier.topics import TAXONOMY, read_json, shipped_taxonomy
from app.domain.topic import Taxonomy, group_of

MAPS = TAXONOMY / "maps"
SHIPPED_MAPS = ("perm", "kursk", "ryazan")


@dataclass(frozen=True, slots=True)
class TopicMap:
    """How one export names things, and what they are to us.

    `themes` give a topic, `categories` the group that most of their texts fall into; the way back, `category_of`, is told
    by topic where a group is divided among categories, and else by group.
    """

    data: str
    category_column: str
    theme_column: str
    categories: Mapping[str, str]
    themes: Mapping[str, str]
    category_of: Mapping[str, str]

    def topic(self, theme: str, category: str = "") -> str | None:
        """Our topic for a theme; the group of its category when the theme is unknown, None when that is too."""
        return self.themes.get(theme) or self.categories.get(category)

    def category(self, code: str) -> str | None:
        """The export's category for our topic or group."""
        return self.category_of.get(code) or self.category_of.get(group_of(code))


@cache
def shipped_topic_map(name: str) -> TopicMap:
    """One of `SHIPPED_MAPS`."""
    return read_topic_map(MAPS / f"{name}.json", shipped_taxonomy())


def read_topic_map(path: Path, taxonomy: Taxonomy) -> TopicMap:
    """The map in a file of JSON; `DataRefused` names what is missing or is no topic of this taxonomy."""
    document = read_json(path)
    names = [field.name for field in fields(TopicMap)]
    if not isinstance(document, dict) or sorted(document) != sorted(names):
        raise DataRefused(str(path), f"a map has {', '.join(names)}, and nothing else")
    topic_map = TopicMap(**document)
    codes = [*topic_map.categories.values(), *topic_map.themes.values(), *topic_map.category_of]
    if unknown := sorted(set(codes) - set(taxonomy.titles)):
        raise DataRefused(str(path), f"there is no topic {', '.join(unknown)}")
    return topic_map
