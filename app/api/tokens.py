"""Access to the API: tokens by role."""

from typing import Annotated

from fastapi import Query, Response

from app.api.access import Administrator, AdministratorReading
from app.api.cursors import read_key, write_key
from app.api.parameters import Now, TokenPath, split_page
from app.api.problems import responses
from app.api.routers import PREFIX, make_router
from app.api.schemas.queue import PageQuery
from app.api.schemas.token import NewTokenOut, TokenIn, TokenOut, TokenPage
from app.api.sessions import ReadSession, WriteSession
from app.storage.access import tokens
from app.storage.access.tokens import TokenId
from app.usecases.create_token import create_token

router = make_router("tokens")


@router.post("/tokens", operation_id="create_token", status_code=201, responses=responses(400, 409, 413))
async def create(operator: Administrator, session: WriteSession, body: TokenIn, now: Now, response: Response) -> NewTokenOut:
    """Makes a token and shows it this once."""
    created = await create_token(session, body.name, body.role, now=now)
    response.headers["Location"] = f"{PREFIX}/tokens"
    return NewTokenOut(id=created.id, name=body.name, role=body.role, created_at=now, token=created.secret)


@router.get("/tokens", operation_id="list_tokens")
async def list_tokens(operator: AdministratorReading, session: ReadSession, query: Annotated[PageQuery, Query()]) -> TokenPage:
    """Every token without its secret, revoked ones too."""
    after = read_key("token", query.cursor)
    found = await tokens.listed(session, after=None if after is None else TokenId(after), limit=query.limit + 1)
    shown, last = split_page(found, query.limit)
    return TokenPage(items=[TokenOut.of(one) for one in shown], next_cursor=None if last is None else write_key("token", last.id))


@router.delete("/tokens/{token_id}", operation_id="revoke_token", status_code=204, responses=responses(404))
async def revoke(operator: Administrator, session: WriteSession, token_id: TokenPath, now: Now) -> None:
    """Ends a token for good."""
    await tokens.revoke(session, token_id, now=now)
