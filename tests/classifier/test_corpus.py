"""Reading threads: contexts, the fixed test part, and errors that name file and line."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.classifier.contract import TextInContext
from app.classifier.corpus import read_corpus
from app.classifier.errors import DataRefused
from app.classifier.near_duplicates import share_of_near_duplicates
from app.classifier.topics import shipped_taxonomy
from app.domain.answer import AnswerClass
from app.domain.topic import group_of
from app.domain.verdict import Kind
from tests.classifier.examples import small_set

CORPUS = Path(__file__).parents[2] / "corpus" / "threads"
QUESTION = {"id": "1", "author": "r1", "text": "Когда?", "kind": "question", "urgent": False, "group": "heating"}
ANSWER = {"id": "2", "author": "page", "text": "Завтра.", "reply_to": "1", "answer": "interim"}
PLACE_TYPES = {"settlement", "district", "street", "address", "landmark"}
LEAST_SHARE_OF_A_KIND = 0.05
LEAST_SHARE_WITH_TOPIC = 0.4
CHAT = {"id": "3", "author": "r2", "text": "ждём", "reply_to": "2", "kind": "other", "urgent": False, "group": "none"}


def write_thread(folder: Path, **changed: object) -> Path:
    """A file with an empty line and one thread."""
    thread = {"id": "t-1", "post": {"author": "page", "text": "Пуск тепла"}, "comments": [QUESTION, ANSWER, CHAT]} | changed
    (folder / "t.jsonl").write_text("\n" + json.dumps(thread) + "\n", encoding="utf-8")
    return folder


def read_labels(*, official: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every labelled message of the committed corpus with its place in it: the residents', or the officials'."""
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            thread = json.loads(line)
            for message in [{"id": "post"} | thread["post"], *thread["comments"]]:
                if ("answer" if official else "kind") in message:
                    yield f"{thread['id']}, message {message['id']}", message


def test_labelled_messages_come_with_their_post_and_what_they_reply_to(tmp_path: Path) -> None:
    question, chat = read_corpus(write_thread(tmp_path))

    assert question.text == TextInContext("Когда?", "Пуск тепла", None)
    assert (question.kind, question.topic, question.urgent, question.thread) == (Kind.QUESTION, "heating", False, "t-1")
    assert chat.text == TextInContext("ждём", "Пуск тепла", "Завтра.")
    assert chat.topic is None


def test_a_residents_post_is_an_example_without_context(tmp_path: Path) -> None:
    post = {"author": "r1", "text": "Нет тепла", "kind": "complaint", "urgent": True, "group": "heating"}
    (example,) = read_corpus(write_thread(tmp_path, post=post, comments=[]))

    assert example.text == TextInContext("Нет тепла")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"comments": [QUESTION | {"kind": "жалоба"}]}, "none of complaint"),
        ({"comments": [QUESTION | {"text": 5}]}, "must be a string"),
        ({"comments": [CHAT]}, "replies to 2"),
        ({"comments": [{"text": "нет номера"}]}, "needs id"),
        ({"post": None}, "needs id"),
    ],
)
def test_a_wrong_thread_is_refused_by_file_and_line(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    with pytest.raises(DataRefused, match=rf"t\.jsonl:2.*{said}"):
        read_corpus(write_thread(tmp_path, **changed))


def test_a_line_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text("{oops\n", encoding="utf-8")

    with pytest.raises(DataRefused, match=r"t\.jsonl:1.*not JSON"):
        read_corpus(tmp_path)


def test_a_folder_without_threads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="no file"):
        read_corpus(tmp_path)


def test_a_topic_is_finer_than_its_group(tmp_path: Path) -> None:
    (example,) = read_corpus(write_thread(tmp_path, comments=[QUESTION | {"topic": "water.no_hot"}]))

    assert example.topic == "water.no_hot"


def test_every_topic_is_of_the_taxonomy_and_its_group_agrees() -> None:
    codes = {topic.code for topic in shipped_taxonomy().topics}
    labels = [(where, one["topic"], one["group"]) for where, one in read_labels(official=False)]

    assert [(where, topic) for where, topic, _ in labels if topic and topic not in codes] == []
    assert [(where, group) for where, topic, group in labels if group != (group_of(topic) if topic else "none")] == []


def test_every_place_occurs_in_its_text() -> None:
    wrong = [
        (where, surface, type_)
        for where, one in read_labels(official=False)
        for surface, type_ in one["places"]
        if surface not in one["text"] or type_ not in PLACE_TYPES
    ]

    assert wrong == []


def test_what_is_urgent_says_why_and_nothing_else_does() -> None:
    assert [where for where, one in read_labels(official=False) if one["urgent"] is not bool(one.get("urgent_why"))] == []


def test_official_comments_have_an_answer_class_and_promises_stand_with_dates_only() -> None:
    answers = list(read_labels(official=True))

    assert [where for where, one in answers if one["answer"] not in set(AnswerClass)] == []
    assert [where for where, one in answers if "promised" in one and one["answer"] != AnswerClass.INTERIM] == []
    assert [where for where, one in answers if one.get("promised", "") not in one["text"]] == []


def test_no_kind_and_no_group_is_missing() -> None:
    labels = [one for _, one in read_labels(official=False)]
    kinds = Counter(one["kind"] for one in labels)

    assert min(kinds[kind] for kind in Kind) >= LEAST_SHARE_OF_A_KIND * len(labels)
    assert sum(bool(one["topic"]) for one in labels) >= LEAST_SHARE_WITH_TOPIC * len(labels)
    assert {one["group"] for one in labels} == {group.code for group in shipped_taxonomy().groups} | {"none"}


def test_the_corpus_is_large_enough_and_every_topic_has_messages() -> None:
    residents, officials = ([one for _, one in read_labels(official=official)] for official in (False, True))
    topics = Counter(one["topic"] for one in residents)

    assert len(residents) >= 6000
    assert len(officials) >= 1000
    assert min(topics[topic.code] for topic in shipped_taxonomy().topics) >= 5


def test_about_a_fifth_of_the_corpus_is_kept_apart_and_no_thread_is_divided() -> None:
    examples = read_corpus(CORPUS)

    assert 0.15 < sum(example.held_out for example in examples) / len(examples) < 0.25
    assert not {e.thread for e in examples if e.held_out} & {e.thread for e in examples if not e.held_out}


def test_the_corpus_hardly_repeats_itself() -> None:
    assert share_of_near_duplicates(read_corpus(CORPUS)) < 0.02


def test_texts_that_differ_by_a_house_number_are_near_duplicates() -> None:
    assert share_of_near_duplicates(small_set()) > 0.5


def test_every_reply_stands_below_what_it_replies_to() -> None:
    misplaced = []
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            thread, above = json.loads(line), set[str]()
            for comment in thread["comments"]:
                if comment.get("reply_to") is not None and comment["reply_to"] not in above:
                    misplaced.append(f"{thread['id']}, message {comment['id']}")
                above.add(comment["id"])

    assert misplaced == []
