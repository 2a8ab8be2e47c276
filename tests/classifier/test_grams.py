"""Hashing: what a text gives does not depend on its neighbours, its case or its decorations."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.classifier.characters import character_tables, code_points
from app.classifier.grams import FoldedText, Grams, find_words, fold, letter_grams, word_grams

ANY_TEXT = st.text(st.characters(), max_size=40)


def folded(*texts: str) -> FoldedText:
    """The texts as the model reads them."""
    return fold(*code_points(texts), character_tables())


def read(text: FoldedText) -> str:
    """The folded codes as characters."""
    return "".join(map(chr, text.codes))


def counts(grams: Grams, owner: int) -> Counter[int]:
    """How often each bucket stands in one text."""
    return Counter(grams.buckets[:, grams.owners == owner].ravel().tolist()) - Counter({grams.empty: 10**9})


def test_case_yo_digits_marks_and_long_runs_are_folded() -> None:
    assert read(folded("ЁЛКА, 25!!! ааааа")) == " елка 00 !! аа "


def test_symbols_stand_apart_from_words() -> None:
    assert read(folded("воды???😡😡😡Когда")) == " воды ?? 😡😡 когда "


def test_a_letter_written_with_a_combining_sign_is_the_same_letter() -> None:
    assert read(folded("и\u0306од")) == read(folded("йод"))


@given(st.lists(ANY_TEXT, max_size=5))
def test_a_text_has_the_same_grams_alone_and_among_others(texts: list[str]) -> None:
    together = folded(*texts)
    for number, text in enumerate(texts):
        alone = folded(text)
        assert counts(letter_grams(together, 16), number) == counts(letter_grams(alone, 16), 0)
        assert counts(word_grams(find_words(together), 15), number) == counts(word_grams(find_words(alone), 15), 0)


@given(st.lists(ANY_TEXT, max_size=5))
def test_buckets_stay_in_range_and_owners_never_decrease(texts: list[str]) -> None:
    text = folded(*texts)
    for grams in (letter_grams(text, 8), word_grams(find_words(text), 8)):
        assert grams.buckets.size == 0 or (grams.buckets.min() >= 0 and grams.buckets.max() <= grams.empty)
        assert (np.diff(grams.owners) >= 0).all()


def test_a_word_of_five_letters_and_a_longer_one_share_their_stem() -> None:
    short, long = find_words(folded("доро")).prefixes(4), find_words(folded("дорогами")).prefixes(4)

    assert short.tolist() == long.tolist()
