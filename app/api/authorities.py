"""The bodies that are responsible, and the accounts under which they answer."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from app.api.access import Reader, Registrar, RegistrarCalling
from app.api.context import Context
from app.api.cursors import read_key, write_key
from app.api.parameters import AuthorityPath, Now, split_page
from app.api.problems import responses
from app.api.repeats import IdempotencyKey, claim_key
from app.api.routers import PREFIX, make_router
from app.api.schemas.authority import AccountIn, AccountOut, AuthorityIn, AuthorityOut, AuthorityPage
from app.api.schemas.queue import PageQuery
from app.api.schemas.shape import NamedOut
from app.api.sessions import ReadSession, WriteSession
from app.domain.authority import AuthorityId, OfficialAccount
from app.storage import authorities, official_accounts
from app.usecases.add_source import resolve_page
from app.usecases.register_account import register_account
from connectors.sdk.contract import Wall

router = make_router("authorities")


async def account_behind_link(context: Context, body: AccountIn) -> Wall:
    """The account that the request names; a link is looked up before any transaction begins."""
    if body.url is not None:
        return (await resolve_page(context.networks, body.url)).wall
    return Wall(body.network or "", body.external_id or "")


FoundAccount = Annotated[Wall, Depends(account_behind_link)]


@router.get("/authorities", operation_id="list_authorities")
async def list_authorities(operator: Reader, session: ReadSession, context: Context, query: Annotated[PageQuery, Query()]) -> AuthorityPage:
    """Authorities in the order of their registration."""
    after = read_key("authority", query.cursor)
    key = None if after is None else AuthorityId(after)
    shown, last = split_page(await authorities.listed(session, context.region_id, after=key, limit=query.limit + 1), query.limit)
    items = [NamedOut(id=one.id, name=one.name) for one in shown]
    return AuthorityPage(items=items, next_cursor=None if last is None else write_key("authority", last.id))


@router.post("/authorities", operation_id="add_authority", status_code=201, responses=responses(400, 409, 413))
async def add(operator: Registrar, session: WriteSession, context: Context, body: AuthorityIn, response: Response) -> AuthorityOut:
    """Registers a body."""
    added = await authorities.add(session, context.region_id, body.name)
    response.headers["Location"] = f"{PREFIX}/authorities/{added}"
    return AuthorityOut(id=added, name=body.name, accounts=[])


@router.get("/authorities/{authority_id}", operation_id="get_authority", responses=responses(404))
async def get_authority(operator: Reader, session: ReadSession, context: Context, authority_id: AuthorityPath) -> AuthorityOut:
    """One body with its accounts."""
    found = await authorities.get(session, context.region_id, authority_id)
    return AuthorityOut.of(found, await official_accounts.of_authority(session, context.region_id, authority_id))


@router.post(
    "/authorities/{authority_id}/accounts",
    operation_id="add_official_account",
    status_code=201,
    responses=responses(400, 404, 409, 413, 502),
)
async def add_account(
    operator: RegistrarCalling,
    wall: FoundAccount,
    session: WriteSession,
    context: Context,
    authority_id: AuthorityPath,
    body: AccountIn,
    now: Now,
    request: Request,
    key: IdempotencyKey = None,
) -> AccountOut:
    """Makes an account official between two dates; registered again with the same beginning, it gets the new end and body."""
    await claim_key(session, request, operator.id, key, now=now)
    account = OfficialAccount(wall.network, wall.external_id, authority_id, _beginning(body, now), body.valid_to)
    await register_account(session, context.region_id, account, now=now)
    return AccountOut.of(account)


def _beginning(body: AccountIn, now: datetime) -> datetime:
    """Registering does not act back in time unless a date says so."""
    return now if body.valid_from is None else body.valid_from
