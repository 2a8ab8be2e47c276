"""Reading threads: contexts, the fixed test part, and errors that name file and line."""

import json
from pathlib import Path

import pytest

from app.classifier.contract import TextInContext
from app.classifier.corpus import read_corpus
from app.classifier.errors import DataRefused
from app.classifier.near_duplicates import share_of_near_duplicates
from app.domain.verdict import Kind
from tests.classifier.examples import small_set

CORPUS = Path(__file__).parents[2] / "corpus" / "threads"
QUESTION = {"id": "1", "author": "r1", "text": "Когда?", "kind": "question", "urgent": False, "group": "heating"}
ANSWER = {"id": "2", "author": "page", "text": "Завтра.", "reply_to": "1", "answer": "interim"}
CHAT = {"id": "3", "author": "r2", "text": "ждём", "reply_to": "2", "kind": "other", "urgent": False, "group": "none"}


def write_thread(folder: Path, **changed: object) -> Path:
    """A file with an empty line and one thread."""
    thread = {"id": "t-1", "post": {"author": "page", "text": "Пуск тепла"}, "comments": [QUESTION, ANSWER, CHAT]} | changed
    (folder / "t.jsonl").write_text("\n" + json.dumps(thread) + "\n", encoding="utf-8")
    return folder


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


def test_about_a_fifth_of_the_corpus_is_kept_apart_and_no_thread_is_divided() -> None:
    examples = read_corpus(CORPUS)

    assert 0.15 < sum(example.held_out for example in examples) / len(examples) < 0.25
    assert not {e.thread for e in examples if e.held_out} & {e.thread for e in examples if not e.held_out}


def test_the_corpus_hardly_repeats_itself() -> None:
    assert share_of_near_duplicates(read_corpus(CORPUS)) < 0.02


def test_texts_that_differ_by_a_house_number_are_near_duplicates() -> None:
    assert share_of_near_duplicates(small_set()) > 0.5
