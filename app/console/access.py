"""Who is at the other end: sessions, rights, and forms that are really ours."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Form, Request

from app.console.context import ConsoleContext, context_of
from app.domain.operator import Act, Operator
from app.usecases.resume_session import resume_session

SESSION_COOKIE = "otklik_session"
BY_ITSELF = "X-Otklik-Refresh"
"""The header of requests that a page makes by itself and not because somebody works."""
BESIDE = "X-Otklik-Beside"
"""The header of steps that a page takes without being left."""

Console = Annotated[ConsoleContext, Depends(context_of)]


class SignInNeeded(Exception):
    """Nobody is signed in here."""


class ForgedForm(Exception):
    """A form that we did not hand to this operator, or one from before the last signing in."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The operator at the other end, and what their forms carry."""

    operator: Operator
    csrf_token: str = field(repr=False)

    def may(self, act: str) -> bool:
        """Whether the operator's role covers the act, by its name, for templates."""
        return self.operator.may(Act[act])


async def find_visitor(request: Request, console: Console) -> Visitor | None:
    """Who is signed in, if anybody is."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    found = await resume_session(console.database, token, is_work=BY_ITSELF not in request.headers, now=console.real_now())
    return None if found is None else Visitor(found.operator, found.csrf_token)


async def signed_in(visitor: Annotated[Visitor | None, Depends(find_visitor)]) -> Visitor:
    """Who is signed in; `SignInNeeded` when nobody is."""
    if visitor is None:
        raise SignInNeeded
    return visitor


async def own_form(request: Request, visitor: Annotated[Visitor, Depends(signed_in)], csrf_token: Annotated[str, Form()] = "") -> Visitor:
    """Who sent a form of ours; `ForgedForm` when another site made the browser send it."""
    must_be_from_here(request)
    if not hmac.compare_digest(csrf_token.encode(), visitor.csrf_token.encode()):
        raise ForgedForm
    return visitor


def must_be_from_here(request: Request) -> None:
    """Raises `ForgedForm` when the browser says that another site caused the request."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise ForgedForm


def who_may(act: Act, *, by_form: bool = False) -> Callable[..., Awaitable[Visitor]]:
    """A dependency: the visitor, whose role must cover the act."""

    async def allowed(visitor: Annotated[Visitor, Depends(own_form if by_form else signed_in)]) -> Visitor:
        visitor.operator.must(act)
        return visitor

    return allowed


Reader = Annotated[Visitor, Depends(who_may(Act.READ))]
Worker = Annotated[Visitor, Depends(who_may(Act.WORK, by_form=True))]
Assigner = Annotated[Visitor, Depends(who_may(Act.ASSIGN, by_form=True))]
Administrator = Annotated[Visitor, Depends(who_may(Act.ADMINISTER, by_form=True))]
Registrar = Annotated[Visitor, Depends(who_may(Act.REGISTER, by_form=True))]
