"""The reference truth of first answers, case by case."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.sdk.emulation.town import TownMessage
from connectors.sdk.emulation.town_truth import Labels, QuestionTruth, judge

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
PAGE, BODY, ANNA, BORIS = -200, -300, 1, 2
OFFICIALS = {200: {PAGE, BODY}}


class Thread:
    """A thread told line by line; minutes count from noon."""

    def __init__(self, author_id: int = PAGE, kind: str | None = None) -> None:
        self.messages = [TownMessage("post", 200, author_id, NOON, "Новости")]
        self.kinds = {"post": kind} if kind else {}
        self.answers: dict[str, str] = {}

    def ask(self, key: str, minutes: float, author_id: int = ANNA, *, kind: str = "complaint", **fields: Any) -> "Thread":
        self.kinds[key] = kind
        return self._say(key, minutes, author_id, "Нет тепла", **fields)

    def answer(self, key: str, minutes: float, label: str, author_id: int = PAGE, text: str = "Сделали", **fields: Any) -> "Thread":
        self.answers[key] = label
        return self._say(key, minutes, author_id, text, **fields)

    def truth(self, key: str = "question") -> QuestionTruth:
        return judge(self.messages, Labels(self.kinds, self.answers), OFFICIALS)[key]

    def _say(
        self, key: str, minutes: float, author_id: int, text: str, *, to: str | None = None, gone: float | None = None, **fields: Any
    ) -> "Thread":
        deleted_at = NOON + timedelta(minutes=gone) if gone is not None else None
        at = NOON + timedelta(minutes=minutes)
        self.messages.append(TownMessage(key, 200, author_id, at, text, post_key="post", reply_to_key=to, deleted_at=deleted_at, **fields))
        return self


def asked() -> Thread:
    return Thread().ask("question", 10)


def test_a_reply_answers_at_its_own_time() -> None:
    truth = asked().answer("answer", 100, "substantive", to="question").truth()
    assert (truth.first_answer_key, truth.time_to_first_answer) == ("answer", timedelta(minutes=90))
    assert truth.final_answer_key == "answer"


def test_nobody_answers() -> None:
    truth = asked().truth()
    assert (truth.first_answer_key, truth.time_to_first_answer, truth.turn_key) == (None, None, "question")


def test_a_mention_answers() -> None:
    assert asked().answer("answer", 100, "interim", mentions=(ANNA,)).truth().first_answer_key == "answer"


def test_a_reply_to_another_comment_of_the_author_answers() -> None:
    thread = asked().ask("chat", 20, kind="other").answer("answer", 100, "interim", to="chat")
    assert thread.truth().first_answer_key == "answer"


def test_a_comment_to_nobody_answers_nobody() -> None:
    assert asked().answer("answer", 100, "substantive").truth().first_answer_key is None


def test_a_comment_under_the_residents_own_post_answers_it() -> None:
    thread = Thread(ANNA, "complaint").answer("answer", 30, "substantive", BODY)
    assert thread.truth("post").time_to_first_answer == timedelta(minutes=30)


def test_the_answer_to_another_resident_in_the_same_thread_does_not_count() -> None:
    thread = asked().ask("other question", 20, BORIS, to="question").answer("answer", 30, "substantive", to="other question")
    assert thread.truth().first_answer_key is None
    assert thread.truth("other question").first_answer_key == "answer"


@pytest.mark.parametrize("label", ["ack", "moved_to_private", "auto", "none"])
def test_what_answers_nothing_does_not_stop_the_clock(label: str) -> None:
    assert asked().answer("answer", 30, label, to="question").truth().first_answer_key is None


def test_an_ack_is_kept_and_the_answer_after_it_counts() -> None:
    truth = asked().answer("ack", 30, "ack", to="question").answer("answer", 60, "refusal_with_reason", to="question").truth()
    assert (truth.ack_key, truth.first_answer_key) == ("ack", "answer")


def test_the_earliest_of_several_answers_counts_in_whatever_order_they_are_told() -> None:
    thread = asked().answer("late", 90, "substantive", to="question").answer("early", 60, "interim", to="question")
    assert (thread.truth().first_answer_key, thread.truth().final_answer_key) == ("early", "late")


def test_an_answer_before_the_question_does_not_count() -> None:
    assert asked().answer("answer", 5, "substantive", mentions=(ANNA,)).truth().first_answer_key is None


def test_an_informal_answer_does_not_count() -> None:
    assert asked().answer("answer", 30, "substantive", 77, to="question").truth().first_answer_key is None


def test_a_sticker_is_no_answer() -> None:
    assert asked().answer("answer", 30, "substantive", text=" ", to="question", attachments=("sticker",)).truth().first_answer_key is None


@pytest.mark.parametrize(("gone", "counts", "retracted"), [(59.9, False, False), (60, True, True), (600, True, True)])
def test_an_answer_taken_back_within_half_an_hour_was_never_given(gone: float, counts: bool, retracted: bool) -> None:
    truth = asked().answer("answer", 30, "substantive", to="question", gone=gone).truth()
    assert ((truth.first_answer_key is not None), truth.is_retracted) == (counts, retracted)


def test_an_edit_changes_nothing() -> None:
    edits = ((NOON + timedelta(minutes=99), "Дополнили"),)
    assert asked().answer("answer", 30, "interim", to="question", edits=edits).truth().time_to_first_answer == timedelta(minutes=20)


def test_a_repeat_before_the_answer_belongs_to_the_first_question() -> None:
    thread = asked().ask("again", 40).answer("answer", 60, "substantive", to="again")
    assert (thread.truth().first_answer_key, thread.truth().time_to_first_answer) == ("answer", timedelta(minutes=50))
    assert (thread.truth("again").turn_key, thread.truth("again").is_repeat) == ("question", True)


def test_a_question_after_an_interim_answer_is_still_the_same_turn() -> None:
    thread = asked().answer("answer", 30, "interim", to="question").ask("again", 40)
    assert thread.truth("again").turn_key == "question"


def test_a_resident_who_returns_after_a_final_answer_opens_a_turn_of_its_own() -> None:
    thread = asked().answer("answer", 30, "substantive", to="question").ask("new", 40).answer("second", 100, "interim", to="new")
    assert thread.truth().first_answer_key == "answer"
    assert (thread.truth("new").turn_key, thread.truth("new").time_to_first_answer) == ("new", timedelta(minutes=60))


def test_a_deleted_question_says_when_it_went() -> None:
    thread = Thread().ask("question", 10, gone=50)
    assert thread.truth().deleted_at == NOON + timedelta(minutes=50)


@pytest.mark.parametrize("kind", ["thanks", "other"])
def test_what_asks_nothing_has_no_truth(kind: str) -> None:
    with pytest.raises(KeyError):
        Thread().ask("question", 10, kind=kind).truth()


def test_threads_know_nothing_of_each_other() -> None:
    elsewhere = TownMessage("elsewhere", 200, PAGE, NOON, "Новости")
    answer = TownMessage("answer", 200, PAGE, NOON + timedelta(hours=1), "Да", post_key="elsewhere", mentions=(ANNA,))
    thread = asked()
    truth = judge([*thread.messages, elsewhere, answer], Labels(thread.kinds, {"answer": "substantive"}), OFFICIALS)
    assert truth["question"].first_answer_key is None
