"""New messages of one thread, stored in the very trip that reads the conversations which they join."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import column, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.conversation import POST
from app.storage.conversations import AROUND, READ, Conversations, OfficialRow, OwnRow, conversations_of
from app.storage.messages import EVIDENCE, INSERT, NewMessage, RawPayload, ThreadKey, stored

ARRIVE = text(
    f"WITH {EVIDENCE}, stored AS ({INSERT} RETURNING id, comment_id), {AROUND} SELECT ARRAY(SELECT ROW(comment_id, id) FROM stored), {READ}"
).columns(column("stored"), column("own"), column("official"), column("held"))
"""What is read was there before: a statement does not see what it writes."""


async def arrive(
    session: AsyncSession, thread: ThreadKey, new: Sequence[NewMessage], *, authors: Collection[str], raw: RawPayload, now: datetime
) -> Conversations:
    """Stores messages seen for the first time, as `messages.store` does, and tells the conversations of the authors with them.

    The thread must be locked, and nothing else of it may change by the same page.
    """
    comments = [one.comment_id for one in new if not one.official and one.author_id in authors]
    about: dict[str, object] = {"authors": list(authors), "comments": comments}
    about |= stored(new, raw=raw, changed=[thread.post_id], now=now)
    stored_ids, own, official, held = (await session.execute(ARRIVE, thread.parameters() | about)).one()
    ids, moment = dict(stored_ids), now.astimezone(UTC)
    own_rows = [*(OwnRow(*row) for row in own), *_own_rows(new, authors, ids, moment)]
    official_rows = [
        *(OfficialRow(*row) for row in official),
        *_official_rows(new, authors, {row.comment_id for row in own_rows}, ids, moment),
    ]
    return await conversations_of(session, thread, own_rows, official_rows, held)


def _own_rows(new: Sequence[NewMessage], authors: Collection[str], ids: dict[str, int], now: datetime) -> Iterator[OwnRow]:
    """What the residents say in the new messages, as it would be read again."""
    for one in new:
        if one.official or one.author_id is None or one.author_id not in authors or one.comment_id not in ids:
            continue
        yield OwnRow(
            one.published_at.astimezone(UTC),
            ids[one.comment_id],
            one.comment_id,
            one.author_id,
            one.text,
            now,
            _in_utc(one.deleted_at),
            None,
            one.kind,
            one.confidence,
            one.topic,
            one.urgent,
            one.asks,
        )


def _official_rows(
    new: Sequence[NewMessage], authors: Collection[str], own: Collection[str], ids: dict[str, int], now: datetime
) -> Iterator[OfficialRow]:
    """The new official messages that may be addressed to the residents, as they would be read again."""
    for one in new:
        if not one.official or one.author_id is None or one.text is None or one.comment_id == POST or one.comment_id not in ids:
            continue
        mentions = _split(one.mentions)
        if one.reply_to_id is None or one.reply_to_id in own or any(author in authors for author in mentions):
            yield OfficialRow(
                one.published_at.astimezone(UTC),
                ids[one.comment_id],
                one.comment_id,
                one.author_id,
                one.text,
                _in_utc(one.deleted_at),
                None,
                one.root_id,
                one.reply_to_id,
                mentions,
                one.authority_id,
                _split(one.attachments),
                1,
                now,
            )


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _split(words: str) -> list[str]:
    return words.split(" ") if words else []
