"""Ready texts: gaps, and what a text is worth."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.answer import AnswerClass
from app.domain.deadline import Policy, PolicyId
from app.domain.errors import InvalidInput
from app.domain.ready_text import LONGEST_TITLE, Filled, NewReadyText, fill, sensible, worth_of
from app.domain.reply import LONGEST, readable_reply

POLICY = Policy(PolicyId(1), "day", 1, timedelta(days=1), timedelta(hours=4))
TEXT = "{имя}, здравствуйте! {ведомство} устранит это до {срок}. {имя}, спасибо!"


def test_gaps_are_filled_with_what_is_known_and_the_others_are_named() -> None:
    filled = fill(TEXT, {"имя": "Анна", "ведомство": "Водоканал", "тема": "Люки", "срок": None})
    assert filled == Filled("Анна, здравствуйте! Водоканал устранит это до {срок}. Анна, спасибо!", ("срок",))


def test_what_is_filled_in_is_no_gap_itself() -> None:
    assert fill("{имя}!", {"имя": r"{срок}\1"}) == Filled(r"{срок}\1!", ())


@pytest.mark.parametrize("gap", ["{имя}", "{тема}", "{ведомство}", "{срок}"])
def test_no_reply_leaves_with_an_open_gap(gap: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        readable_reply(f"Здравствуйте, {gap}!")
    assert refused.value.field == "gaps"
    assert readable_reply("Скобки {бывают} в ответах") == "Скобки {бывают} в ответах"


@pytest.mark.parametrize(
    ("title", "text", "field"),
    [
        (" ", "Здравствуйте!", "title"),
        ("я" * (LONGEST_TITLE + 1), "Здравствуйте!", "title"),
        ("Вода", "  ", "text"),
        ("Вода", "я" * (LONGEST + 1), "text"),
        ("Вода", "{Имя}, здравствуйте!", "gaps"),
        ("Вода", "До {дата}.", "gaps"),
    ],
)
def test_a_text_that_could_not_be_sent_is_not_kept(title: str, text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        sensible(NewReadyText(title, text))
    assert refused.value.field == field


def test_a_title_is_kept_with_single_spaces() -> None:
    assert sensible(NewReadyText("  Вода:  нет ", " {имя}! ", "water")) == NewReadyText("Вода: нет", "{имя}!", "water")


@pytest.mark.parametrize(
    ("text", "answer_class", "stops"),
    [
        ("{имя}, здравствуйте! Передали ваше сообщение в {ведомство}.", AnswerClass.ACK, False),
        ("Спасибо за обращение! Мы обязательно посмотрим.", AnswerClass.ACK, False),
        ("{имя}, напишите нам в личные сообщения.", AnswerClass.MOVED_TO_PRIVATE, False),
        ("Ваше обращение принято, номер заявки 12345. Это автоматический ответ.", AnswerClass.AUTO, False),
        ("{имя}, здравствуйте! Светильники заменят до {срок}.", AnswerClass.INTERIM, True),
    ],
)
def test_what_a_text_is_worth_is_said_by_the_rules_of_all_answers(text: str, answer_class: AnswerClass, stops: bool) -> None:
    worth = worth_of(text, POLICY)
    assert (worth.answer_class, worth.stops_clock) == (answer_class, stops)


def test_a_policy_under_which_thanks_are_an_answer_is_heard() -> None:
    assert worth_of("Спасибо, передали в работу!", replace(POLICY, ack_stops=True)).stops_clock
