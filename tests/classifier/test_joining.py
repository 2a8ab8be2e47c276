"""Messages that only join another, and those that do not."""

import pytest

from app.classifier.contract import TextInContext
from app.classifier.joining import rows_that_join
from app.classifier.model_file import load_shipped_model
from app.domain.verdict import Kind

POST = "График отключений"
COMPLAINT = "Второй день нет воды на Лесной 5, даже не предупредили"
CHAT = "Какая красивая ёлка в этом году, молодцы все"


@pytest.mark.parametrize(
    "text",
    [
        "у нас тоже", "И у нас.", "и у меня тоже!!!", "+", "+1", "➕ +100", "то же самое", "На Гагарина тоже", "на Мира 14 та же история",
        "У нас на Советской такая же ситуация", "аналогично в Ивановке", "Присоединяюсь", "плюсую 👍", "тоже самое у нас",
    ],
)  # fmt: skip
def test_who_only_joins_is_heard_as_the_one_they_join(text: str) -> None:
    assert rows_that_join([TextInContext(text, POST, COMPLAINT)]) == [0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "у нас всё хорошо",
        "тоже мне проблема нашли",
        "у нас тоже воды нет, Мира 3, звоню третий день, трубку не берут",
        "плюс сто рублей",
        "я",
    ],
)
def test_who_says_something_of_their_own_is_heard_themselves(text: str) -> None:
    assert rows_that_join([TextInContext(text, POST, COMPLAINT)]) == []


def test_without_a_message_above_nothing_is_joined() -> None:
    assert rows_that_join([TextInContext("у нас тоже", POST)]) == []


def test_joining_a_complaint_is_a_complaint_of_the_same_topic_and_joining_a_chat_is_none() -> None:
    model = load_shipped_model()
    complaint, joined, chatted = model.classify(
        [
            TextInContext(COMPLAINT, POST),
            TextInContext("на Гагарина тоже", POST, COMPLAINT),
            TextInContext("и у нас", "С праздником!", CHAT),
        ]
    )

    assert complaint.kind is Kind.COMPLAINT
    assert (joined.kind, joined.confidence, joined.topic) == (Kind.COMPLAINT, complaint.confidence, complaint.topic)
    assert not chatted.needs_answer


def test_predictions_and_verdicts_hear_joiners_alike() -> None:
    model = load_shipped_model()
    texts = [TextInContext("+1", POST, COMPLAINT), TextInContext("спасибо", POST)] * 200

    assert (model.predict(texts).needs_answer >= model.model.calibration.needs_answer_from).tolist() == [
        verdict.needs_answer for verdict in model.classify(texts)
    ]
