"""Vectors of words: kin lies near, unknown endings fall back on beginnings, and no text is too odd."""

import numpy as np
import pytest

from app.classifier.characters import character_tables, code_points
from app.classifier.grams import find_words, fold
from app.classifier.meanings import shipped_meanings


def vectors_of(*texts: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """A row for each text."""
    return shipped_meanings().of_texts(find_words(fold(*code_points(texts), character_tables())), len(texts))


@pytest.mark.parametrize(
    ("word", "kin", "stranger"), [("автобус", "троллейбус", "врач"), ("больница", "поликлиника", "асфальт"), ("снег", "метель", "пенсия")]
)
def test_kin_lies_nearer_than_strangers(word: str, kin: str, stranger: str) -> None:
    one, near, far = vectors_of(word, kin, stranger)

    assert one @ near > one @ far + 0.2


def test_an_ending_that_nobody_listed_is_read_by_its_beginning() -> None:
    one, other = vectors_of("водоканал", "водоканалыч")

    assert one @ other > 0.9


def test_a_text_of_unknown_words_points_nowhere() -> None:
    assert not vectors_of("", "ъъъыыъъ", "!!!").any()


def test_every_other_text_has_length_one() -> None:
    lengths = np.linalg.norm(vectors_of("нет воды", "нет воды второй день, " * 500), axis=1)

    assert lengths == pytest.approx(1, abs=1e-5)
