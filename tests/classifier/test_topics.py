"""The topics that ship, and files of topics."""

from pathlib import Path

import pytest

from app.classifier.errors import DataRefused
from app.classifier.topics import read_taxonomy, shipped_taxonomy
from app.domain.topic import TaxonomyRefused

URGENT_AT_LEAST = 60
LONGEST_SHIPPED_TITLE = 42


def test_the_shipped_taxonomy_has_its_size() -> None:
    taxonomy = shipped_taxonomy()

    assert 25 <= len(taxonomy.groups) <= 28
    assert 150 <= len(list(taxonomy.topics)) <= 200


def test_shipped_titles_are_short_and_differ() -> None:
    titles = [topic.title for topic in shipped_taxonomy().topics]

    assert max(map(len, titles)) <= LONGEST_SHIPPED_TITLE
    assert len(set(titles)) == len(titles)


def test_shipped_topics_say_when_they_are_urgent_and_what_they_are_not() -> None:
    topics = list(shipped_taxonomy().topics)

    assert sum(bool(topic.urgent_when) for topic in topics) >= URGENT_AT_LEAST
    assert all(topic.confused_with for topic in topics)


def test_a_file_that_is_not_json_is_refused_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "topics.json").write_text('{\n"version": }', encoding="utf-8")

    with pytest.raises(DataRefused, match=r"topics\.json:2"):
        read_taxonomy(tmp_path / "topics.json")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "topics.json").write_bytes('{"title": "Дороги"}'.encode("cp1251"))

    with pytest.raises(DataRefused, match="not UTF-8"):
        read_taxonomy(tmp_path / "topics.json")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "topics.json").write_text("[]", encoding="utf-8")

    with pytest.raises(TaxonomyRefused, match="version is missing"):
        read_taxonomy(tmp_path / "topics.json")
