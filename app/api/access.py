"""Who asks, and whether their role reaches that far.

Three ways to ask, by what a route does with the database: `Reads` shares the request's read-only transaction, `Changes`
its writing one (and takes the Idempotency-Key), `Calls` ends its own short transaction before the route goes on, for
routes that ask a network or a model first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from app.api.context import ApiContext, context_in
from app.api.repeats import IdempotencyKey, claim_key, find_answer
from app.api.sessions import ReadSession, WriteSession
from app.domain.operator import Act, Operator
from app.storage.access import tokens
from app.storage.access.tokens import Bearer, TokenId
from app.storage.engine import Database
from app.usecases.create_token import fingerprint, looks_like_token

CHALLENGE = {"WWW-Authenticate": "Bearer"}
scheme = HTTPBearer(auto_error=False, scheme_name="token", description="A token of `otklik token create`: `otk_…`.")
Shown = Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]


@dataclass(frozen=True, slots=True)
class Requires:
    """A dependency that lets an operator through whose role covers the act."""

    act: Act


@dataclass(frozen=True, slots=True)
class Reads(Requires):
    """The operator, for a route that only reads."""

    async def __call__(self, request: Request, shown: Shown, session: ReadSession, later: BackgroundTasks) -> Operator:
        return await _admit(self.act, shown, session, context_in(request), later)


@dataclass(frozen=True, slots=True)
class Changes(Requires):
    """The operator, for a route that changes something in one transaction."""

    async def __call__(
        self, request: Request, shown: Shown, session: WriteSession, later: BackgroundTasks, key: IdempotencyKey = None
    ) -> Operator:
        context = context_in(request)
        operator = await _admit(self.act, shown, session, context, later)
        await claim_key(session, request, operator.id, key, now=context.now())
        return operator


@dataclass(frozen=True, slots=True)
class Calls(Requires):
    """The operator, for a route that asks a network or a model before it changes something; the route takes the key itself."""

    async def __call__(self, request: Request, shown: Shown, later: BackgroundTasks, key: IdempotencyKey = None) -> Operator:
        context = context_in(request)
        async with context.database.read() as session:
            operator = await _admit(self.act, shown, session, context, later)
            await find_answer(session, request, operator.id, key, now=context.now())
        return operator


async def _admit(
    act: Act, shown: HTTPAuthorizationCredentials | None, session: AsyncSession, context: ApiContext, later: BackgroundTasks
) -> Operator:
    """The operator behind a token; 401 without a valid one, 403 when its role does not cover the act."""
    if shown is None or not looks_like_token(shown.credentials):
        raise HTTPException(401, "Send a token: Authorization: Bearer otk_…", CHALLENGE)
    bearer: Bearer | None = await tokens.find(session, fingerprint(shown.credentials))
    if bearer is None:
        raise HTTPException(401, "This token is unknown, revoked, or its operator was disabled.", CHALLENGE)
    if bearer.is_news(now := context.now()):
        # Afterwards: a reading transaction cannot write, and two connections at once could starve the pool.
        later.add_task(_note_use, context.database, bearer.token_id, now)
    bearer.operator.must(act)
    return bearer.operator


async def is_still_admitted(act: Act, shown: HTTPAuthorizationCredentials | None, context: ApiContext) -> bool:
    """Whether a token that was let in for a long answer would be let in again; notes that it is in use."""
    async with context.database.read() as session:
        bearer = None if shown is None else await tokens.find(session, fingerprint(shown.credentials))
    if bearer is None or not bearer.operator.may(act):
        return False
    if bearer.is_news(now := context.now()):
        await _note_use(context.database, bearer.token_id, now)
    return True


async def _note_use(database: Database, token_id: TokenId, now: datetime) -> None:
    async with database.write() as session:
        await tokens.note_use(session, token_id, now=now)


Reader = Annotated[Operator, Depends(Reads(Act.READ))]
Worker = Annotated[Operator, Depends(Changes(Act.WORK))]
WorkerCalling = Annotated[Operator, Depends(Calls(Act.WORK))]
Assigner = Annotated[Operator, Depends(Changes(Act.ASSIGN))]
Registrar = Annotated[Operator, Depends(Changes(Act.REGISTER))]
RegistrarCalling = Annotated[Operator, Depends(Calls(Act.REGISTER))]
Administrator = Annotated[Operator, Depends(Changes(Act.ADMINISTER))]
AdministratorReading = Annotated[Operator, Depends(Reads(Act.ADMINISTER))]
AdministratorCalling = Annotated[Operator, Depends(Calls(Act.ADMINISTER))]
