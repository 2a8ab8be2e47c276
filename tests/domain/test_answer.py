"""To whom an official text is addressed, and what of it counts."""

from datetime import timedelta

import pytest

from app.domain.answer import BRIEF, STOPS_FIRST, Answer, AnswerClass, AnswerVersion, BoundBy, bind, standing
from app.domain.authority import AuthorityId, OfficialAccount
from app.domain.message import MessageId, Presence, ThreadText
from tests.domain.story import MINUTE, at

RESIDENT = "501"
NEIGHBOUR = "777"
OWN = frozenset({"11", "15"})


def text(*, reply_to: str | None = None, root: str | None = None, mentions: tuple[str, ...] = ()) -> ThreadText:
    return ThreadText(MessageId(9), "20", reply_to, root, mentions)


@pytest.mark.parametrize(
    ("place", "bound_by"),
    [
        pytest.param(text(reply_to="11", root="11"), BoundBy.REPLY_TO, id="a reply to the question"),
        pytest.param(text(reply_to="15", root="3"), BoundBy.REPLY_TO, id="a reply to the author in a neighbour's branch"),
        pytest.param(text(reply_to="11", root="11", mentions=(NEIGHBOUR,)), BoundBy.REPLY_TO, id="a reply that names a neighbour too"),
        pytest.param(text(mentions=(RESIDENT,)), BoundBy.MENTION, id="a mention under the same post"),
        pytest.param(text(reply_to="4", root="3", mentions=(NEIGHBOUR, RESIDENT)), BoundBy.MENTION, id="one of several mentioned"),
        pytest.param(text(root="11"), BoundBy.THREAD, id="a text to nobody by name in the resident's branch"),
        pytest.param(text(reply_to="4", root="11"), None, id="a reply to a neighbour in the resident's branch"),
        pytest.param(text(root="11", mentions=(NEIGHBOUR,)), None, id="a neighbour named in the resident's branch"),
        pytest.param(text(root="3"), None, id="a text to nobody by name in a neighbour's branch"),
        pytest.param(text(), None, id="a text to nobody by name under the page's post"),
    ],
)
def test_a_text_binds_by_reply_by_mention_or_by_its_place(place: ThreadText, bound_by: BoundBy | None) -> None:
    assert bind(place, RESIDENT, own_ids=OWN, post_is_own=False) is bound_by


def test_a_text_to_nobody_by_name_under_the_residents_own_post_speaks_to_the_resident() -> None:
    assert bind(text(), RESIDENT, own_ids=OWN, post_is_own=True) is BoundBy.THREAD


def test_a_text_in_a_neighbours_branch_under_the_residents_own_post_speaks_to_the_neighbour() -> None:
    assert bind(text(root="3"), RESIDENT, own_ids=OWN, post_is_own=True) is None


def test_an_account_is_official_from_its_first_moment_until_just_before_its_last() -> None:
    account = OfficialAccount("vk", "-7", AuthorityId(1), at("10:00"), at("12:00"))

    assert [account.is_valid_at(at(clock)) for clock in ("09:59", "10:00", "11:59", "12:00")] == [False, True, True, False]


def test_registering_an_account_later_does_not_act_back_in_time() -> None:
    account = OfficialAccount("vk", "-7", None, at("10:00", day=2))

    assert not account.is_valid_at(at("10:00"))
    assert account.is_valid_at(at("10:00", day=900))


def answer(*classes: AnswerClass, gone_after: timedelta | None = None, message: int = 1) -> Answer:
    versions = tuple(AnswerVersion(one, "told", at("10:00") + index * MINUTE) for index, one in enumerate(classes))
    gone = None if gone_after is None else Presence(at("10:00"), at("10:00") + gone_after)
    return Answer(MessageId(message), "-7", None, BoundBy.REPLY_TO, versions, gone)


def test_an_answer_is_brief_when_half_an_hour_was_all_it_had() -> None:
    assert answer(AnswerClass.SUBSTANTIVE, gone_after=BRIEF).was_brief
    assert not answer(AnswerClass.SUBSTANTIVE, gone_after=BRIEF + MINUTE).was_brief
    assert not answer(AnswerClass.SUBSTANTIVE).was_brief


def test_the_earliest_version_of_the_classes_is_the_one_that_counts() -> None:
    edited = answer(AnswerClass.ACK, AnswerClass.INTERIM, AnswerClass.SUBSTANTIVE)

    found = edited.first(STOPS_FIRST)

    assert found is not None
    assert (found.answer_class, found.at) == (AnswerClass.INTERIM, at("10:01"))


def test_only_answers_of_the_classes_that_lasted_stand() -> None:
    lasting, brief, acked = (
        answer(AnswerClass.SUBSTANTIVE, message=1),
        answer(AnswerClass.SUBSTANTIVE, gone_after=BRIEF, message=2),
        answer(AnswerClass.ACK, message=3),
    )

    assert [one.message_id for one, _ in standing([lasting, brief, acked], STOPS_FIRST)] == [1]
