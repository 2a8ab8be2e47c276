"""The lexicon: what it recognises, and that no entry in it is dead."""

from importlib import resources
from pathlib import Path

import pytest

from app.classifier.characters import character_tables, code_points
from app.classifier.errors import DataRefused
from app.classifier.grams import find_words, fold
from app.classifier.lexicon import LONGEST_ENTRY, SHORTEST_ENTRY, Lexicon, read_lexicon
from app.classifier.training import shipped_lexicon


def headings(lexicon: Lexicon, text: str) -> list[set[str]]:
    """The headings of each word."""
    rows = lexicon.match(find_words(fold(*code_points([text]), character_tables())))
    return [{lexicon.headings[number] for number in lexicon.members[row].nonzero()[0]} for row in rows]


def test_the_longest_beginning_wins_and_a_whole_word_goes_before_it(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("[light]\nсвет\n[praise]\nсветл\n[name]\nсвета=\n", encoding="utf-8")
    lexicon = read_lexicon(tmp_path / "words")

    assert headings(lexicon, "свете светло света конь") == [{"light"}, {"praise"}, {"name"}, set()]


def test_an_entry_may_stand_under_several_headings() -> None:
    assert headings(shipped_lexicon(), "яма") == [{"trouble rough", "subject roads"}]


def test_an_entry_before_the_first_heading_is_refused_by_line(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("# words\nсвет\n", encoding="utf-8")

    with pytest.raises(DataRefused, match="words:2"):
        read_lexicon(tmp_path / "words")


def test_every_shipped_entry_can_match_a_word() -> None:
    text = resources.files("app.classifier").joinpath("model", "lexicon.txt").read_text(encoding="utf-8")
    entries = [entry for line in text.splitlines() if line[:1] not in {"#", "["} for entry in line.split()]

    assert [entry for entry in entries if "ё" in entry] == []
    assert [entry for entry in entries if not entry.endswith("=") and not SHORTEST_ENTRY <= len(entry) <= LONGEST_ENTRY] == []
