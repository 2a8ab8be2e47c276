"""Phrases of the taxonomy: each names one topic, every topic has some, and the heads of subjects learn their words."""

from collections import Counter
from pathlib import Path

import pytest

from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.examples import Example
from app.classifier.linear import LinearClassifier
from app.classifier.phrases import read_phrases, shipped_phrases
from app.classifier.topics import shipped_taxonomy
from app.classifier.training import train
from tests.classifier.examples import small_set

FEWEST_OF_A_TOPIC = 7


def test_every_topic_of_the_taxonomy_has_phrases_and_no_other_has() -> None:
    counts = Counter(phrase.topic for phrase in shipped_phrases())
    topics = {code for code in shipped_taxonomy().titles if "." in code}

    assert set(counts) == topics
    assert min(counts.values()) >= FEWEST_OF_A_TOPIC


def test_a_phrase_stands_under_one_topic() -> None:
    texts = Counter(phrase.text.text.lower() for phrase in shipped_phrases())

    assert [text for text, count in texts.items() if count > 1] == []


def test_phrases_are_read_across_lines_and_past_remarks(tmp_path: Path) -> None:
    path = tmp_path / "phrases.txt"
    path.write_text("# for people\n\n[roads.potholes]\nяма на\nдороге; выбоина;\n[water.no_hot]\nбойлер\n", encoding="utf-8")

    read = [(phrase.topic, phrase.text.text) for phrase in read_phrases(path)]

    assert read == [("roads.potholes", "яма на дороге"), ("roads.potholes", "выбоина"), ("water.no_hot", "бойлер")]


def test_phrases_before_the_first_topic_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "phrases.txt"
    path.write_text("# for people\nяма на дороге\n", encoding="utf-8")

    with pytest.raises(DataRefused, match=r"phrases\.txt:2"):
        read_phrases(path)


def test_words_of_a_phrase_are_learned_for_the_subject_alone() -> None:
    examples = [Example(one.text, one.kind, one.urgent, one.topic and f"{one.topic}.any", one.thread) for one in small_set()]
    heard = Example(TextInContext("мурашник"), None, None, "water.any", "phrases:water.any")

    def judge(phrases: list[Example]) -> tuple[float, float]:
        model = train(examples, phrases=phrases)
        chances = LinearClassifier(model, "small").predict([TextInContext("мурашник")])
        return float(chances.subjects.groups[0, model.groups.index("water")]), float(chances.needs_answer[0])

    (before, needed), (after, still_needed) = judge([]), judge([heard] * 5)

    assert after > before + 0.1
    assert still_needed == pytest.approx(needed, abs=0.05)
