"""Generated towns: the same for the same seed, possible, complete in their cases, and true."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from connectors.sdk.emulation.town_cases import CHANGES, Case
from connectors.sdk.emulation.town_generator import GeneratedTown, generate_town
from connectors.sdk.emulation.town_scripts import CommentScript, ThreadScript, read_thread, synthetic_threads
from connectors.sdk.emulation.town_truth import QUESTION_KINDS, QuestionTruth
from connectors.vk.emulator import VkEmulator

NOW = datetime(2026, 1, 20, 9, tzinfo=UTC)
CORPUS = sorted((Path(__file__).resolve().parents[4] / "corpus" / "threads").glob("*.jsonl"))

ONE_ANSWER = ThreadScript(
    "one",
    "Пуск тепла",
    (
        CommentScript("1", "r1", "Нет тепла", kind="complaint"),
        CommentScript("2", "page", "Пустили", "1", answer="substantive"),
        CommentScript("3", "r2", "Спасибо", kind="thanks"),
    ),
)
WITH_ACK = ThreadScript(
    "ack", "Уборка", (CommentScript("1", "r1", "Грязь", kind="complaint"), CommentScript("2", "page", "Уточним", "1", answer="ack"))
)


@cache
def corpus() -> tuple[ThreadScript, ...]:
    """The threads in which an answer is given."""
    threads = (read_thread(json.loads(line)) for file in CORPUS for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(thread for thread in threads if any(comment.answer for comment in thread.comments))


@cache
def town(seed: int = 1) -> GeneratedTown:
    """A town of the corpus long ago enough that everything in it has happened."""
    return generate_town(seed, pages=12, threads=500, now=NOW, days=30, texts=corpus())


def only(case: Case, seed: int = 1) -> list[tuple[GeneratedTown, QuestionTruth]]:
    """The questions that became this case in towns of the simplest script, far enough in the past to be over."""
    made = generate_town(seed, pages=2, threads=400, now=NOW, days=400, texts=(ONE_ANSWER, WITH_ACK), share_of_cases=1)
    recent = NOW - timedelta(days=20)
    found = [(made, made.truth[key]) for key, named in made.cases.items() if named is case]
    return [(made, truth) for made, truth in found if truth.asked_at < recent]


def test_the_same_seed_gives_the_same_town_and_another_seed_another() -> None:
    again = generate_town(1, pages=12, threads=500, now=NOW, days=30, texts=corpus())
    assert (town().town.messages, town().truth, town().cases) == (again.town.messages, again.truth, again.cases)
    assert town().town.messages != town(2).town.messages


def test_everything_has_happened_within_the_days_before_now() -> None:
    moments = [message.at for message in town().town.messages]
    later = [moment for message in town().town.messages for moment in (message.deleted_at, *(at for at, _ in message.edits)) if moment]
    assert min(moments) >= NOW - timedelta(days=30)
    assert max(moments + later) <= NOW
    assert all(moment.microsecond == 0 for moment in moments)


def test_a_generated_town_can_be_emulated_to_its_last_message() -> None:
    emulator = VkEmulator(town().town, now=lambda: NOW, service_tokens=[])
    assert emulator.ids.keys() == {message.key for message in town().town.messages}


def test_every_case_occurs_in_a_town_of_the_corpus() -> None:
    assert set(town().cases.values()) == set(Case)


def test_the_truth_speaks_of_every_question_and_of_nothing_else() -> None:
    made = town()
    questions = {message.key for message in made.town.messages if made.labels.kinds.get(message.key) in QUESTION_KINDS}
    assert made.truth.keys() == questions
    assert made.cases.keys() <= questions


def test_every_answer_of_the_truth_is_an_official_message_after_its_question() -> None:
    made = town()
    messages = {message.key: message for message in made.town.messages}
    answered = [truth for truth in made.truth.values() if truth.first_answer_key]
    assert len(answered) > 100
    for truth in answered:
        answer, question = messages[str(truth.first_answer_key)], messages[truth.key]
        assert truth.first_answer_at == answer.at > question.at
        assert answer.author_id in made.officials[answer.page_id]
        assert question.author_id not in made.officials[answer.page_id]


def test_a_resident_has_one_role_in_a_thread() -> None:
    script = ThreadScript("many", "Сход", tuple(CommentScript(str(number), f"r{number}", "Пришли", kind="other") for number in range(300)))
    made = generate_town(5, pages=1, threads=1, now=NOW, days=1000, texts=(script,))
    authors = Counter(message.author_id for message in made.town.messages)
    assert max(authors.values()) == 1


def test_pages_are_named_as_in_the_scripts_and_hold_their_threads_only() -> None:
    made = generate_town(3, pages=40, threads=300, now=NOW, days=30, texts=corpus())
    names = {page.id: page.name.partition(" (")[0] for page in made.town.pages}
    wordings = {(script.page_name.partition(" (")[0], script.text) for script in corpus()}
    posts = [message for message in made.town.messages if not message.post_key]
    assert len(made.watched) == 40
    assert all((names[post.page_id], post.text) in wordings for post in posts)


def test_some_pages_are_busier_than_others() -> None:
    made = generate_town(3, pages=50, threads=2000, now=NOW, days=30, texts=synthetic_threads(1, 20))
    posts = Counter(message.page_id for message in made.town.messages if not message.post_key)
    assert posts[made.watched[0]] > 5 * posts[made.watched[-1]]


def test_without_hard_cases_the_scripts_are_played_as_written() -> None:
    made = generate_town(1, pages=1, threads=50, now=NOW, days=400, texts=(ONE_ANSWER,), share_of_cases=0)
    assert set(made.cases.values()) == {Case.PLAIN}
    assert {len(message.mentions) + len(message.edits) for message in made.town.messages} == {0}


@pytest.mark.parametrize("case", list(CHANGES))
def test_every_case_is_made_of_a_plain_question(case: Case) -> None:
    assert len(only(case)) > 5


@pytest.mark.parametrize(
    "case",
    [
        Case.NESTED,
        Case.MENTION,
        Case.SEVERAL_ANSWERS,
        Case.ACK_THEN_ANSWER,
        Case.ANSWER_RETRACTED,
        Case.ANSWER_EDITED,
        Case.RESIDENT_REPEATS,
        Case.RESIDENT_RETURNS,
    ],
)
def test_a_hard_case_with_an_answer_is_answered_by_the_scripted_answer(case: Case) -> None:
    for _, truth in only(case):
        assert truth.first_answer_key == truth.key.rpartition("/")[0] + "/2"
        assert truth.is_retracted == (case is Case.ANSWER_RETRACTED)


@pytest.mark.parametrize("case", [Case.ANOTHER_ANSWERED, Case.QUESTION_DELETED, Case.ANSWER_TAKEN_BACK, Case.INFORMAL_ANSWER])
def test_a_hard_case_without_an_answer_has_none(case: Case) -> None:
    for _, truth in only(case):
        assert truth.first_answer_key is None
        assert (truth.deleted_at is not None) == (case is Case.QUESTION_DELETED)


def test_an_ack_comes_before_the_answer() -> None:
    for made, truth in only(Case.ACK_THEN_ANSWER):
        messages = {message.key: message for message in made.town.messages}
        assert truth.first_answer_at is not None
        assert messages[str(truth.ack_key)].at < truth.first_answer_at


def test_a_repeat_belongs_to_the_turn_and_a_return_to_its_own() -> None:
    for case, is_same_turn in ((Case.RESIDENT_REPEATS, True), (Case.RESIDENT_RETURNS, False)):
        for made, truth in only(case):
            thread = truth.key.rpartition("/")[0]
            others = [other for key, other in made.truth.items() if key.startswith(f"{thread}/") and key != truth.key]
            assert [other.is_repeat for other in others] == [is_same_turn]


def test_a_nested_question_stands_under_another_resident() -> None:
    for made, truth in only(Case.NESTED):
        messages = {message.key: message for message in made.town.messages}
        question = messages[truth.key]
        above = messages[str(question.reply_to_key)]
        assert above.author_id not in (question.author_id, -question.page_id)


def test_a_script_can_be_read_from_a_line_of_the_corpus() -> None:
    script = read_thread(
        {
            "id": "x-1",
            "page": {"name": "Мэрия", "kind": "city", "official": True},
            "post": {"author": "r1", "text": "Яма", "kind": "complaint"},
            "comments": [{"id": "1", "author": "body:Водоканал", "text": "Заделаем", "answer": "interim"}],
        }
    )
    assert (script.page_name, script.author, script.kind) == ("Мэрия", "r1", "complaint")
    assert script.comments == (CommentScript("1", "body:Водоканал", "Заделаем", answer="interim"),)
    assert script.comments[0].is_official


def test_synthetic_threads_have_the_asked_length_and_refer_to_earlier_comments_only() -> None:
    scripts = synthetic_threads(7, 30, comments=9)
    assert scripts == synthetic_threads(7, 30, comments=9)
    for script in scripts:
        ids = [comment.id for comment in script.comments]
        assert len(set(ids)) == len(ids) == 9
        assert all(comment.reply_to in ids[: ids.index(comment.id)] for comment in script.comments if comment.reply_to)


@pytest.mark.parametrize(("pages", "texts"), [(0, (ONE_ANSWER,)), (1, ())])
def test_a_town_needs_pages_and_scripts(pages: int, texts: tuple[ThreadScript, ...]) -> None:
    with pytest.raises(ValueError, match="at least"):
        generate_town(1, pages=pages, threads=1, now=NOW, days=1, texts=texts)
