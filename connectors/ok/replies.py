"""Publishes replies where OK still lets us, and says where to answer by hand where it does not.

`discussions.addDiscussionComment` has vanished from OK's documentation, so that it is probed before it is relied on.
"""

from collections.abc import Callable
from datetime import datetime

from connectors.ok import settings
from connectors.ok.api import Parameters
from connectors.ok.client import OkClient
from connectors.ok.mapping import comment_url, group_id_of, topic_url
from connectors.ok.probe import GONE, PROBES, REFUSED, WRITING, probe
from connectors.ok.schemas import read_new_comment
from connectors.sdk.contract import Message, MessageType, PostRef, PublishedReply
from connectors.sdk.errors import AccessDenied, OutcomeUnknown, ReplyRejected


class Replies:
    """What is known of publishing; a probe's result is believed for a day."""

    def __init__(self, client: OkClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._found: tuple[datetime, str] | None = None

    def learn(self, found: str) -> None:
        """Takes over the result of a probe made now."""
        self._found = (self._now(), found)

    async def publish(self, to: Message, text: str) -> PublishedReply:
        """A comment in the group's name. `ReplyRejected` names the address at which to answer by hand."""
        post = PostRef(to.wall, to.post_id or to.external_id)
        group_id_of(to.wall)
        by_hand = f"answer by hand at {topic_url(post.wall, post.external_id)}"
        found = await self._probed()
        if found.startswith((GONE, REFUSED)):
            raise ReplyRejected(f"OK publishes no replies through its API ({found}); {by_hand}", reason=found)
        try:
            answer = await self._client.write(WRITING, parameters(to, post, text))
        except ReplyRejected as error:
            self._found = None
            raise ReplyRejected(f"{error}; {by_hand}", reason=error.reason) from error
        except AccessDenied as error:
            self._found = None
            raise ReplyRejected(f"{error}; {by_hand}", reason=str(error)) from error
        comment_id = read_new_comment(answer)
        if comment_id is None:
            raise OutcomeUnknown(f"{WRITING}: OK took the comment and gave no id for it")
        return PublishedReply(comment_id, comment_url(post, comment_id))

    async def _probed(self) -> str:
        """What the last probe said; one is made when there was none or it is old."""
        if self._found is None or self._found[0] + settings.PROBE_LASTS <= self._now():
            self.learn(await probe(self._client, *PROBES["publish_reply"]))
        return self._found[1] if self._found else ""


def parameters(to: Message, post: PostRef, text: str) -> Parameters:
    """OK has no key against repeats here; `as_admin` makes the comment the group's own."""
    place = {"entityId": post.external_id, "entityType": settings.TOPIC, "comment": text, "as_admin": "true"}
    return {**place, "reply_to_comment_id": to.external_id} if to.type is MessageType.COMMENT else place
