"""From the messages of a thread to the facts of one resident's conversation with the officials."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.domain.answer import PROMISING, Answer, AnswerVersion, BoundBy, bind
from app.domain.answer_rules import classify_answer
from app.domain.authority import AuthorityId
from app.domain.event import Facts
from app.domain.message import Ask, Commenting, MessageId, Presence, ThreadText
from app.domain.promise import promises_of


class OwnMessage(NamedTuple):
    """A message of the resident; `asks` says whether it wants an answer."""

    message_id: MessageId
    external_id: str
    published_at: datetime
    collected_at: datetime
    asks: bool
    urgent: bool
    gone: Presence | None = None


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One version of a text and the poll that first saw it."""

    text: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class OfficialMessage:
    """An official message under the same post with all its versions, oldest first."""

    place: ThreadText
    account: str
    authority_id: AuthorityId | None
    published_at: datetime
    attachments: tuple[str, ...]
    versions: tuple[TextVersion, ...]
    gone: Presence | None = None


POST = ""
"""The external id under which a post stands in its own thread."""


class Officials:
    """The official messages of a thread by what may tie them to a resident, so that nobody has to look at all of them."""

    def __init__(self, messages: Sequence[OfficialMessage]) -> None:
        self._messages = messages
        self._near: dict[str, list[int]] = defaultdict(list)
        self._naming: dict[str, list[int]] = defaultdict(list)
        for index, message in enumerate(messages):
            place = message.place
            self._near[next(by for by in (place.reply_to_id, place.root_id, POST) if by is not None)].append(index)
            for mentioned in place.mentions:
                self._naming[mentioned].append(index)

    def around(self, author_id: str, own_ids: Collection[str]) -> Iterator[OfficialMessage]:
        """Those that mention the resident or stand by one of the resident's messages, in the thread's order."""
        found = {*self._naming.get(author_id, ())}.union(*(self._near.get(place, ()) for place in own_ids))
        return (self._messages[index] for index in sorted(found))

    def of(self, ids: Collection[MessageId]) -> Iterator[OfficialMessage]:
        """Those of the given numbers."""
        return (message for message in self._messages if message.place.message_id in ids) if ids else iter(())

    def joined_by(self, others: Sequence[OfficialMessage]) -> "Officials":
        """These and others."""
        return Officials([*self._messages, *others])


def facts_of(
    author_id: str,
    own: Sequence[OwnMessage],
    officials: Officials,
    *,
    linked: Collection[MessageId] = frozenset(),
    commenting: Commenting | None = None,
) -> Facts:
    """What one resident asked under a post, and which official messages are addressed to them, or `linked` to them by an operator."""
    own_ids = frozenset(message.external_id for message in own)
    asks = [Ask(m.message_id, m.published_at, m.collected_at, m.urgent, m.gone) for m in own if m.asks]
    if not asks:
        return Facts()
    answers = [answer_of(official, BoundBy.OPERATOR) for official in officials.of(linked)]
    for official in officials.around(author_id, own_ids):
        bound_by = bind(official.place, author_id, own_ids=own_ids, post_is_own=POST in own_ids)
        if bound_by is not None and official.place.message_id not in linked:
            answers.append(answer_of(official, bound_by))
    return Facts({ask.message_id: ask for ask in asks}, {answer.message_id: answer for answer in answers}, commenting=commenting)


def answer_of(official: OfficialMessage, bound_by: BoundBy) -> Answer:
    """An official message as an answer to whom it is bound to."""
    versions = tuple(_judged(official))
    return Answer(official.place.message_id, official.account, official.authority_id, bound_by, versions, official.gone)


def _judged(official: OfficialMessage) -> list[AnswerVersion]:
    """Each version with its class. An edit counts from the poll that saw it, and was made after the poll before."""
    judged = []
    for index, version in enumerate(official.versions):
        answer_class, rule = classify_answer(version.text, official.attachments)
        at = official.published_at if index == 0 else version.seen_at
        not_before = None if index == 0 else official.versions[index - 1].seen_at
        promises = promises_of(version.text) if answer_class in PROMISING else ()
        judged.append(AnswerVersion(answer_class, rule, at, not_before, promises))
    return judged
