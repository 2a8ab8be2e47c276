"""The words that decided: those that speak for the verdict come first, and every word is weighed."""

import pytest

from app.classifier.contract import TextInContext
from app.classifier.explanation import explain, most_telling
from app.classifier.linear import LinearClassifier
from app.classifier.model_file import load_shipped_model


@pytest.fixture(scope="module")
def shipped() -> LinearClassifier:
    """The classifier of this release."""
    return load_shipped_model()


def words_of(shipped: LinearClassifier, text: str, count: int = 3) -> list[str]:
    """The most telling words of a text."""
    message = TextInContext(text, "Новости города")
    return [one.word for one in most_telling(explain(shipped, message, shipped.classify([message])[0]), count)]


def test_the_words_of_the_trouble_speak_for_an_answer(shipped: LinearClassifier) -> None:
    words = words_of(shipped, "Видела Марину вчера, а подъезд затопило и воняет", count=4)

    assert {"подъезд", "затопило", "воняет"} <= set(words)
    assert not {"Видела", "Марину"} & set(words)


def test_the_words_of_the_talk_speak_against_it(shipped: LinearClassifier) -> None:
    assert words_of(shipped, "Поздравляю с юбилеем, здоровья вам и счастья")


def test_every_word_is_weighed_in_order_and_long_texts_in_part(shipped: LinearClassifier) -> None:
    message = TextInContext("нет воды, третий-четвёртый день! " + "и так далее " * 100)
    weights = explain(shipped, message, shipped.classify([message])[0])

    assert [one.word for one in weights[:4]] == ["нет", "воды", "третий-четвёртый", "день"]
    assert len(weights) == 120


def test_a_message_without_words_has_nothing_to_explain(shipped: LinearClassifier) -> None:
    assert words_of(shipped, "🙂🙂") == []


@pytest.mark.parametrize("mention", ["[id50112|Иван]", "[id50112:bp-7_3|Иван]", "{user:50112}Иван{user}"])
def test_the_number_of_somebody_who_is_mentioned_is_no_word(shipped: LinearClassifier, mention: str) -> None:
    message = TextInContext(f"{mention} когда уберут снег", None)
    weights = explain(shipped, message, shipped.classify([message])[0])

    assert [one.word for one in weights] == ["Иван", "когда", "уберут", "снег"]
