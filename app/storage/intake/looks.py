"""What is stored around a page: who of its authors is official, which of its threads and messages we know, what it is judged by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import column, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import OfficialAccount
from app.domain.deadline import Policy, PolicyId
from app.domain.routing import Rule
from app.domain.source import Source
from app.storage import messages
from app.storage.messages import KnownMessage
from app.storage.policy_rows import POLICY_COLUMNS, by_id
from app.storage.privacy import erasures
from app.storage.regions import RegionId
from app.storage.routing_rules import RULE_COLUMNS, rule_of


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the database around one page.

    `changes` are those counted in each known thread. While a thread's count has not moved, what was seen of it holds.
    `known` messages stand by post and comment id. `looks_for_erased`: somebody was erased on request and must be recognised.
    """

    accounts: Mapping[str, list[OfficialAccount]]
    changes: Mapping[str, int]
    known: Mapping[str, Mapping[str, KnownMessage]]
    policies: Mapping[PolicyId, Policy]
    rules: Sequence[Rule] = ()
    looks_for_erased: bool = False


AROUND = text(
    "SELECT ARRAY(SELECT ROW(external_id, authority_id, valid_from, valid_to) FROM official_accounts"
    " WHERE region_id = :region AND network = :network AND external_id = ANY(CAST(:authors AS text[]))),"
    " ARRAY(SELECT ROW(post_id, changes) FROM threads"
    " WHERE region_id = :region AND source_id = :source AND post_id = ANY(CAST(:posts AS text[]))),"
    f" ARRAY(SELECT ROW({POLICY_COLUMNS}) FROM policies WHERE region_id = :region ORDER BY active_from, version),"
    f" ARRAY(SELECT ROW({RULE_COLUMNS}) FROM routing_rules WHERE region_id = :region),"
    f" ARRAY(SELECT ROW(m.post_id, {', '.join(f'm.{name}' for name in messages.KNOWN_COLUMNS)}) FROM threads h"
    " JOIN messages m ON m.region_id = h.region_id AND m.month = h.month AND m.source_id = h.source_id AND m.post_id = h.post_id"
    " AND m.comment_id = ANY(CAST(:comments AS text[])) WHERE h.region_id = :region AND h.source_id = :source"
    f" AND h.post_id = ANY(CAST(:posts AS text[]))), {erasures.ANY}"
).columns(column("accounts"), column("threads"), column("policies"), column("rules"), column("known"), column("erased"))
"""Several small reads in one trip: each comes as an array of rows.

Comments are looked up once in each thread, not each at its place: a comment's id of another thread finds nothing there.
"""


async def look(
    session: AsyncSession,
    region_id: RegionId,
    source: Source,
    *,
    authors: Collection[str],
    posts: Collection[str],
    comments: Collection[str],
) -> Look:
    """What is stored of the authors of a page, and of the given comments in each of its threads."""
    about = {"region": region_id, "network": source.network, "source": source.id, "authors": list(authors)}
    about |= {"posts": list(posts), "comments": list(comments)}
    accounts, threads, policies, rules, rows, erased = (await session.execute(AROUND, about)).one()
    known: dict[str, dict[str, KnownMessage]] = {}
    for post, *message in rows:
        known.setdefault(post, {})[message[1]] = KnownMessage(*message)
    by_account, ruling = _by_account(source.network, accounts), [rule_of(*rule) for rule in rules]
    return Look(by_account, dict(threads), known, by_id(policies), ruling, erased)


def _by_account(network: str, rows: Collection[Any]) -> dict[str, list[OfficialAccount]]:
    accounts: dict[str, list[OfficialAccount]] = {}
    for external_id, *registered in rows:
        accounts.setdefault(external_id, []).append(OfficialAccount(network, external_id, *registered))
    return accounts
