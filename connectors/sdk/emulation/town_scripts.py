"""What is said in a thread and by which role, before anybody decides who, where and when: the material of a generated town."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

PAGE_SLOT = "page"
BODY_PREFIX = "body:"

PLACES = ("Лесной", "Заводской", "Мичурина", "Садовой", "Школьной", "Речной", "Полевой", "Вокзальной")
TROUBLES = ("нет отопления", "не чистят снег", "не горит фонарь", "открытый люк", "не вывозят мусор", "яма во весь двор")
WAITS = ("третий день", "вторую неделю", "с понедельника", "с самого утра")


@dataclass(frozen=True, slots=True)
class CommentScript:
    """One comment. `author` is a role: "page", "body:NAME" for another authority, any other word for a resident of this thread.

    `kind` labels a resident's comment (complaint, question, suggestion, thanks, other), `answer` an official one (ack,
    interim, substantive, refusal_with_reason, moved_to_private, auto, none). `reply_to` is the `id` of an earlier comment.
    """

    id: str
    author: str
    text: str
    reply_to: str | None = None
    kind: str | None = None
    answer: str | None = None

    @property
    def is_official(self) -> bool:
        return is_official_slot(self.author)


@dataclass(frozen=True, slots=True)
class ThreadScript:
    """A post with its comments; `kind` labels a post that a resident wrote on an open wall."""

    id: str
    text: str
    comments: tuple[CommentScript, ...]
    author: str = PAGE_SLOT
    kind: str | None = None
    page_name: str = ""


def is_official_slot(slot: str) -> bool:
    return slot == PAGE_SLOT or slot.startswith(BODY_PREFIX)


def read_thread(line: Mapping[str, Any]) -> ThreadScript:
    """A thread of the corpus (one parsed line of `corpus/threads/*.jsonl`) as a script; `KeyError` for a malformed one."""
    post = line["post"]
    comments = tuple(read_comment(comment) for comment in line["comments"])
    return ThreadScript(line["id"], post["text"], comments, post["author"], post.get("kind"), line["page"]["name"])


def read_comment(line: Mapping[str, Any]) -> CommentScript:
    return CommentScript(line["id"], line["author"], line["text"], line.get("reply_to"), line.get("kind"), line.get("answer"))


def synthetic_threads(seed: int, count: int, *, comments: int = 6) -> tuple[ThreadScript, ...]:
    """Plain threads in any number for load: every second comment asks, some are answered; the wording is not meant to be judged."""
    random = Random(seed)
    return tuple(synthetic_thread(random, number, comments) for number in range(count))


def synthetic_thread(random: Random, number: int, comments: int) -> ThreadScript:
    lines: list[CommentScript] = []
    while len(lines) < comments:
        lines += exchange(random, len(lines), earlier=lines)
    return ThreadScript(f"synthetic-{number}", f"О работах на улице {random.choice(PLACES)}, выпуск {number}.", tuple(lines[:comments]))


def exchange(random: Random, first_id: int, *, earlier: Sequence[CommentScript]) -> list[CommentScript]:
    """A resident's comment and perhaps the answer to it."""
    author, own_id = f"r{first_id}", str(first_id)
    if random.random() < 0.4:
        target = random.choice(earlier).id if earlier else None
        return [CommentScript(own_id, author, f"Держимся, соседи, {random.choice(WAITS)} ждём", target, kind="other")]
    text = f"На {random.choice(PLACES)} {random.choice(TROUBLES)} {random.choice(WAITS)}, дом {random.randrange(1, 90)}"
    question = CommentScript(own_id, author, text, kind="complaint")
    answers = (
        ("substantive", "Здравствуйте! Работы выполнены, проверили на месте."),
        ("interim", "Здравствуйте! Бригада будет завтра до 18:00."),
        ("refusal_with_reason", "Здравствуйте! Участок частный, работы на нём город не ведёт."),
        ("ack", "Спасибо, уточним."),
    )
    if random.random() < 0.4:
        return [question]
    answer, words = random.choice(answers)
    return [question, CommentScript(str(first_id + 1), PAGE_SLOT, words, own_id, answer=answer)]
