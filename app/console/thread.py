"""A thread as it is read: the post, then its branches, with what concerns one resident marked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.storage.collected import CollectedMessage
from app.storage.incident_details import IncidentDetails, ShownAnswer

FEW = 12
"""So many comments of others are shown at once; more wait behind a click."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `own`: the resident wrote it. `answer`: it is official and addressed to the resident.

    `linkable`: it is official and could be counted as an answer.
    """

    message: CollectedMessage
    own: bool
    answer: ShownAnswer | None
    to: CollectedMessage | None
    linkable: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A comment under the post with everything below it, in the order of publication."""

    said: tuple[Said, ...]

    @property
    def is_about_resident(self) -> bool:
        """Whether the resident speaks or is answered in it."""
        return any(one.own or one.answer for one in self.said)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread around one resident. `post` is `None` when we never saw it."""

    post: Said | None
    own: tuple[Branch, ...]
    others: tuple[Branch, ...]

    @property
    def others_count(self) -> int:
        return sum(len(branch.said) for branch in self.others)

    @property
    def shows_others(self) -> bool:
        """Whether the comments of others are few enough to stand open."""
        return self.others_count <= FEW


def conversation_of(incident: IncidentDetails, messages: Sequence[CollectedMessage]) -> Conversation:
    """The thread sorted into what concerns the incident's resident and what does not."""
    answers = {answer.message.id: answer for answer in incident.answers}
    author_id = incident.message.author_id if incident.message else None
    asked_at = incident.turns[0].started_at if incident.turns else None
    by_url = {message.url: message for message in messages if message.url}  # private ones may have none to be known by
    said = [
        Said(
            message,
            author_id is not None and message.author_id == author_id and not message.official,
            answers.get(message.id),
            by_url.get(message.parent_url or ""),
            message.id not in answers and _is_linkable(message, asked_at),
        )
        for message in messages
    ]
    post = next((one for one in said if one.message.is_post), None)
    branches = list(_branches([one for one in said if not one.message.is_post], by_url))
    own = tuple(branch for branch in branches if branch.is_about_resident)
    return Conversation(post, own, tuple(branch for branch in branches if not branch.is_about_resident))


def _is_linkable(message: CollectedMessage, asked_at: datetime | None) -> bool:
    """Whether an operator's word could make it an answer to a question of that moment."""
    is_standing = message.official and not message.is_post and message.text is not None and message.deleted_at is None
    return is_standing and asked_at is not None and asked_at < message.published_at


def _branches(said: Sequence[Said], by_url: Mapping[str, CollectedMessage]) -> Iterator[Branch]:
    grouped: dict[int, list[Said]] = {}
    for one in said:
        grouped.setdefault(_root(one.message, by_url).id, []).append(one)
    for branch in grouped.values():
        yield Branch(tuple(branch))


def _root(message: CollectedMessage, by_url: Mapping[str, CollectedMessage]) -> CollectedMessage:
    """The comment directly under the post from which the message hangs; as far up as we know of."""
    seen = {message.id}
    while (above := by_url.get(message.parent_url or "")) is not None and not above.is_post and above.id not in seen:
        message = above
        seen.add(message.id)
    return message
