"""The ways in which a question is answered or not: each turns a plain question with its answer into one hard case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.sdk.emulation.town_draft import Draft, Scene
from connectors.sdk.emulation.town_scripts import ThreadScript, is_official_slot
from connectors.sdk.emulation.town_truth import FINAL_ANSWERS, QUESTION_KINDS, STOPPING_ANSWERS


class Case(StrEnum):
    PLAIN = "plain"
    NESTED = "nested"
    MENTION = "mention"
    SEVERAL_ANSWERS = "several answers"
    ACK_THEN_ANSWER = "ack then answer"
    ANOTHER_ANSWERED = "another resident answered"
    QUESTION_DELETED = "question deleted"
    ANSWER_TAKEN_BACK = "answer taken back"
    ANSWER_RETRACTED = "answer retracted"
    ANSWER_EDITED = "answer edited"
    RESIDENT_REPEATS = "resident repeats"
    RESIDENT_RETURNS = "resident returns"
    INFORMAL_ANSWER = "informal answer"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Labelled lines of the scripts that cases may add to other threads: words of questions with their kinds, acks."""

    questions: tuple[tuple[str, str], ...]
    acks: tuple[str, ...]


def collect_phrases(scripts: Sequence[ThreadScript]) -> Phrases:
    lines = [line for script in scripts for line in script.comments]
    questions = tuple((line.text, line.kind) for line in lines if line.kind in QUESTION_KINDS and not is_official_slot(line.author))
    return Phrases(questions, tuple(line.text for line in lines if line.answer == "ack"))


Change = Callable[[Scene, Draft, Draft, Phrases], bool]
"""Makes a case of a question and its answer; `False` when this thread does not lend itself to it."""


def nest(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    """The question stands inside another resident's thread, so that its answer is a reply to a reply."""
    if question is scene.post or question.above:
        return False
    text, kind = scene.random.choice(phrases.questions)
    question.above = scene.say(next(scene.strangers), text, above=None, after=scene.post, kind=kind)
    return True


def mention(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    """The answer is a first-level comment that addresses the resident by name."""
    answer.above, answer.after, answer.mentions = None, question, (question.author_id,)
    return True


def answer_again(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    scene.say(answer.author_id, answer.text, above=answer.above, after=answer, answer=answer.answer)
    return True


def acknowledge(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    if not phrases.acks:
        return False
    answer.after = scene.say(answer.author_id, scene.random.choice(phrases.acks), above=answer.above, after=question, answer="ack")
    return True


def answer_another(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    """A neighbour asks in the same thread, and only the neighbour is answered."""
    if question is scene.post:
        return False
    text, kind = scene.random.choice(phrases.questions)
    answer.above = answer.after = scene.say(next(scene.strangers), text, above=question, after=question, kind=kind)
    return True


def delete_question(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    """The resident takes the only question back, and no official writes to them."""
    if question is scene.post or len(scene.questions_of(question.author_id)) > 1:
        return False
    for official in scene.answers_to(question.author_id):
        scene.remove(official)
    question.lifetime = scene.pass_minutes(40, 20 * 60)
    return True


def take_back(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    """The only answer to the resident's only question goes within half an hour."""
    if len(scene.answers_to(question.author_id)) > 1 or len(scene.questions_of(question.author_id)) > 1:
        return False
    answer.lifetime = scene.pass_minutes(3, 25)
    return True


def retract(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    answer.lifetime = scene.pass_minutes(120, 40 * 60)
    return True


def edit(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    answer.edit = (scene.pass_minutes(5, 300), f"{answer.text} Ответ дополнен.")
    return True


def repeat(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    """The resident asks once more before the answer, which replies to either of the two."""
    above = question if question is not scene.post and scene.random.random() < 0.5 else None
    again = scene.say(question.author_id, question.text, above=above, after=question, kind=question.kind)
    answer.after = again
    if scene.random.random() < 0.5:
        answer.above = again
    return True


def come_back(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    """After a final answer the resident has another question."""
    if answer.answer not in FINAL_ANSWERS:
        return False
    text, kind = scene.random.choice(phrases.questions)
    scene.say(question.author_id, text, above=answer, after=answer, kind=kind)
    return True


def answer_informally(scene: Scene, question: Draft, answer: Draft, phrases: Phrases) -> bool:
    """Somebody who works there answers under their own name."""
    answer.author_id, answer.answer, answer.kind, answer.is_official = next(scene.strangers), None, "other", False
    return True


CHANGES: Mapping[Case, Change] = {
    Case.NESTED: nest,
    Case.MENTION: mention,
    Case.SEVERAL_ANSWERS: answer_again,
    Case.ACK_THEN_ANSWER: acknowledge,
    Case.ANOTHER_ANSWERED: answer_another,
    Case.QUESTION_DELETED: delete_question,
    Case.ANSWER_TAKEN_BACK: take_back,
    Case.ANSWER_RETRACTED: retract,
    Case.ANSWER_EDITED: edit,
    Case.RESIDENT_REPEATS: repeat,
    Case.RESIDENT_RETURNS: come_back,
    Case.INFORMAL_ANSWER: answer_informally,
}


def answered_questions(scene: Scene) -> list[tuple[Draft, Draft]]:
    """Every question with the first scripted answer that replies to it and counts."""
    firsts: dict[Draft, Draft] = {}
    for comment in scene.comments:
        target = comment.above or scene.post
        if comment.answer in STOPPING_ANSWERS and target.kind in QUESTION_KINDS:
            firsts.setdefault(target, comment)
    return list(firsts.items())
