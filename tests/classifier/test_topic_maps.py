"""Other classifiers' themes in our topics. What the maps must cover is read from data that the repository does not hold."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.classifier.errors import DataRefused
from app.classifier.topic_maps import MAPS, read_topic_map, shipped_topic_map
from app.classifier.topics import shipped_taxonomy

DATA = Path(__file__).parents[3] / "shared" / "data"
EXPORTS = {"perm": ("perm_taxonomy", "perm_incidents_labelled_small"), "kursk": ("kursk_appeals",), "ryazan": ("ryazan_nashdom",)}
PARTS = ("topics", "train", "dev")
UNKNOWN_CATEGORY = "?"


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """All rows of an export that lies beside the repository."""
    for folder in EXPORTS[name]:
        for file in (DATA / folder / f"{part}.csv" for part in PARTS):
            if not file.exists():
                continue
            with file.open(encoding="utf-8", newline="") as lines:
                yield from csv.DictReader(lines)


@pytest.mark.skipif(not DATA.exists(), reason="the labelled exports are not here")
@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_every_theme_and_category_of_an_export_has_its_topic(name: str) -> None:
    topic_map = shipped_topic_map(name)
    rows = list(read_rows(name))
    themes = {row[topic_map.theme_column] for row in rows}
    categories = {row[topic_map.category_column] for row in rows} - {UNKNOWN_CATEGORY}

    assert len(rows) > 100
    assert themes == set(topic_map.themes)
    assert categories == set(topic_map.categories) >= set(topic_map.category_of.values())


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_every_topic_has_a_way_back_to_a_category(name: str) -> None:
    assert all(shipped_topic_map(name).category(code) for code in shipped_taxonomy().titles)


def test_themes_give_topics_and_unknown_ones_the_group_of_their_category() -> None:
    kursk = shipped_topic_map("kursk")

    assert kursk.topic("Безнадзорные животные") == "animals.stray_dogs"
    assert kursk.topic("нет такой темы", "Дороги") == "roads"
    assert kursk.topic("нет такой темы", "и категории") is None


def test_the_way_back_is_told_by_topic_before_group() -> None:
    kursk = shipped_topic_map("kursk")

    assert (kursk.category("snow"), kursk.category("snow.yards")) == ("Дороги", "ЖКХ и благоустройство")


@pytest.mark.parametrize(
    ("changed", "said"), [({"themes": {"Ямы": "roads.moon"}}, "no topic roads.moon"), ({"more": {}}, "and nothing else")]
)
def test_a_faulty_map_is_refused_by_name(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    document = json.loads((MAPS / "kursk.json").read_text(encoding="utf-8"))
    (tmp_path / "map.json").write_text(json.dumps(document | changed), encoding="utf-8")

    with pytest.raises(DataRefused, match=said):
        read_topic_map(tmp_path / "map.json", shipped_taxonomy())
