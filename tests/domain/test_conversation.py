"""From the messages under a post to what one resident asked and was told."""

from datetime import datetime

import pytest

from app.domain.answer import AnswerClass, BoundBy
from app.domain.conversation import POST, OfficialMessage, Officials, OwnMessage, TextVersion, facts_of
from app.domain.errors import InvalidInput
from app.domain.event import Facts
from app.domain.link import linked
from app.domain.message import MessageId, Presence, ThreadText
from tests.domain.story import MINUTE, at

RESIDENT = "501"
DONE = "Течь устранили, подвал откачали."
ACK = "Спасибо, уточним."


def own(place: str, when: datetime, *, asks: bool = True, gone: Presence | None = None) -> OwnMessage:
    return OwnMessage(MessageId(int(place or 0)), place, when, when + MINUTE, asks, urgent=False, gone=gone)


def official(
    *versions: tuple[str, datetime],
    published: datetime,
    place: str = "20",
    reply_to: str | None = None,
    mentions: tuple[str, ...] = (),
    attachments: tuple[str, ...] = (),
    gone: Presence | None = None,
) -> OfficialMessage:
    where = ThreadText(MessageId(int(place)), place, reply_to, reply_to, mentions)
    return OfficialMessage(where, "-7", None, published, attachments, tuple(TextVersion(*version) for version in versions), gone)


def test_a_reply_to_the_resident_is_an_answer_with_its_class_and_rule() -> None:
    said = official((DONE, at("12:00")), published=at("11:00"), reply_to="1")

    facts = facts_of(RESIDENT, [own("1", at("10:00"))], Officials([said]))

    (answer,) = facts.answers.values()
    (version,) = answer.versions
    assert (answer.bound_by, version.answer_class, version.rule) == (BoundBy.REPLY_TO, AnswerClass.SUBSTANTIVE, "reports the work done")
    assert version.at == at("11:00")
    assert version.not_before is None


def test_a_resident_who_asked_nothing_has_no_conversation() -> None:
    said = official((DONE, at("12:00")), published=at("11:00"), reply_to="1")

    assert facts_of(RESIDENT, [own("1", at("10:00"), asks=False)], Officials([said])) == Facts()


def test_a_reply_to_a_remark_of_the_resident_answers_the_question() -> None:
    said = official((DONE, at("12:00")), published=at("12:00"), reply_to="2")

    facts = facts_of(RESIDENT, [own("1", at("10:00")), own("2", at("11:00"), asks=False)], Officials([said]))

    assert set(facts.asks) == {1}
    assert set(facts.answers) == {20}


def test_an_answer_to_a_neighbour_is_the_residents_by_an_operator_s_word() -> None:
    said = official((DONE, at("12:00")), published=at("11:00"), reply_to="9")

    facts = facts_of(RESIDENT, [own("1", at("10:00"))], Officials([said]), linked={MessageId(20)})

    (answer,) = facts.answers.values()
    assert (answer.message_id, answer.bound_by, answer.published_at) == (20, BoundBy.OPERATOR, at("11:00"))


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        (official((DONE, at("12:00")), published=at("10:00")), False),
        (official((DONE, at("12:00")), published=at("11:00"), gone=Presence(at("12:00"), at("13:00"))), False),
        (official((DONE, at("12:00")), published=at("11:00")), True),
    ],
)
def test_what_came_before_the_question_is_gone_or_counted_cannot_be_linked(said: OfficialMessage, counted: bool) -> None:
    asked = facts_of(RESIDENT, [own("1", at("10:00"))], Officials([]))
    known = facts_of(RESIDENT, [own("1", at("10:00"))], Officials([said]), linked={MessageId(20)} if counted else frozenset())
    if counted:
        assert linked(said, asked).bound_by is BoundBy.OPERATOR

    with pytest.raises(InvalidInput):
        linked(said, known)


def test_an_answer_to_a_neighbour_is_none_of_the_residents() -> None:
    said = official((DONE, at("12:00")), published=at("11:00"), reply_to="3")

    assert facts_of(RESIDENT, [own("1", at("10:00"))], Officials([said])).answers == {}


def test_an_announcement_under_the_pages_post_answers_nobody() -> None:
    said = official((DONE, at("12:00")), published=at("11:00"))

    assert facts_of(RESIDENT, [own("1", at("10:00"))], Officials([said])).answers == {}


def test_an_announcement_that_names_the_resident_answers_the_resident() -> None:
    said = official((DONE, at("12:00")), published=at("11:00"), mentions=(RESIDENT,))

    (answer,) = facts_of(RESIDENT, [own("1", at("10:00"))], Officials([said])).answers.values()

    assert answer.bound_by is BoundBy.MENTION


def test_a_comment_under_the_residents_own_post_answers_it() -> None:
    said = official((DONE, at("12:00")), published=at("11:00"))

    (answer,) = facts_of(RESIDENT, [own(POST, at("10:00"))], Officials([said])).answers.values()

    assert answer.bound_by is BoundBy.THREAD


def test_an_edit_counts_from_the_poll_that_saw_it_and_lies_after_the_poll_before() -> None:
    said = official((ACK, at("11:01")), (DONE, at("15:00")), published=at("11:00"), reply_to="1")

    (answer,) = facts_of(RESIDENT, [own("1", at("10:00"))], Officials([said])).answers.values()

    assert [(version.answer_class, version.at, version.not_before) for version in answer.versions] == [
        (AnswerClass.ACK, at("11:00"), None),
        (AnswerClass.SUBSTANTIVE, at("15:00"), at("11:01")),
    ]


def test_a_sticker_is_bound_but_worth_nothing() -> None:
    said = official(("", at("12:00")), published=at("11:00"), reply_to="1", attachments=("sticker",))

    (answer,) = facts_of(RESIDENT, [own("1", at("10:00"))], Officials([said])).answers.values()

    assert answer.versions[0].answer_class is AnswerClass.NONE


def test_deletions_are_facts_of_questions_and_answers_alike() -> None:
    gone = Presence(at("13:00"), at("14:00"))
    said = official((DONE, at("12:00")), published=at("11:00"), reply_to="1", gone=gone)

    facts = facts_of(RESIDENT, [own("1", at("10:00"), gone=gone)], Officials([said]))

    assert facts.asks[MessageId(1)].gone == gone
    assert facts.answers[MessageId(20)].gone == gone


def test_two_residents_keep_their_own_clocks_and_each_hears_only_what_is_addressed_to_them() -> None:
    to_first = official((DONE, at("12:00")), published=at("11:00"), reply_to="1")
    to_second = official((ACK, at("12:00")), published=at("11:30"), place="21", reply_to="2")

    first = facts_of(RESIDENT, [own("1", at("10:00"))], Officials([to_first, to_second]))
    second = facts_of("777", [own("2", at("10:30"))], Officials([to_first, to_second]))

    assert set(first.answers) == {20}
    assert set(second.answers) == {21}
