"""Writes a canary under a post of a test page, in the page's own name."""

from app.domain.canary import marked_text
from app.domain.errors import InvalidInput
from app.domain.source import SourceId
from app.storage import canaries
from app.usecases.add_source import Networks
from app.usecases.polling import wall_of
from app.usecases.watch_canary import CanaryDesk, require_test_page
from connectors.sdk.contract import Author, Message, MessageType, PublishedReply, ReplyPublisher
from connectors.sdk.errors import AccessDenied, ReplyRejected, SourceGone

POSTS_TRIED = 5
"""Of the newest ones: under some nobody may write, as under a video or where comments are closed."""


async def send_canary(desk: CanaryDesk, networks: Networks, source_id: SourceId, text: str, mark: str) -> PublishedReply:
    """The canary as it stands on the network; `InvalidInput` says what the page lacks."""
    source = (await require_test_page(desk, source_id)).source
    connector = networks.connector_for(source.network)
    if not isinstance(connector, ReplyPublisher):
        raise InvalidInput("source", f"Nothing can be written on {source.network}: write the canary by hand, see `otklik canary watch`.")
    async with desk.database.read() as session:
        spots = await canaries.spots(session, desk.region_id, source_id, limit=POSTS_TRIED)
    refusal: Exception = InvalidInput("source", "No post of the page is known yet: publish one there and let a worker read it first.")
    for spot in spots:
        post = Message(MessageType.POST, spot.post_id, wall_of(source), spot.url, spot.published_at, Author(source.external_id), None)
        try:
            return await connector.publish_reply(post, marked_text(text, mark), reply_id=mark)
        except (AccessDenied, ReplyRejected, SourceGone) as error:
            refusal = error
    raise refusal
