"""Signing in and out."""

import hmac
import re
import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.console.access import SESSION_COOKIE, Console, ForgedForm, Visitor, find_visitor, must_be_from_here, own_form
from app.console.addresses import local_address
from app.console.page_route import PageRoute
from app.console.times import Times
from app.usecases.sign_in import TooManyAttempts, WrongCredentials, sign_in
from app.usecases.sign_out import sign_out
from connectors.sdk.text import clean_text

FORM_COOKIE = "otklik_form"
FORM_TOKEN = re.compile(r"[\w-]{43}")
UNKNOWN_ADDRESS = "unknown"
UNDONE = "Сеанс закончился, и последнее действие не выполнено. Войдите снова и повторите его."

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MaybeVisitor = Annotated[Visitor | None, Depends(find_visitor)]


@router.get("/login")
async def show_form(
    request: Request, console: Console, visitor: MaybeVisitor, wanted: Annotated[str, Query(alias="next")] = "/", undone: bool = False
) -> Response:
    """The sign-in form, which tells of a step lost with the session; whoever is signed in goes on to where they wanted."""
    if visitor is not None:
        return RedirectResponse(local_address(wanted), 303)
    return _form(request, console, wanted=wanted, problem=UNDONE if undone else None)


@router.post("/login")
async def begin_session(
    request: Request,
    console: Console,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    csrf_token: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Signs in and goes on to where the visitor wanted."""
    must_be_from_here(request)
    if not hmac.compare_digest(csrf_token.encode(), _form_token(request).encode()):
        raise ForgedForm
    address = request.client.host if request.client else UNKNOWN_ADDRESS
    try:
        begun = await sign_in(console.database, clean_text(login), password, address=address, now=console.real_now())
    except WrongCredentials:
        return _form(request, console, wanted=wanted, login=login, problem="Логин или пароль не подходит.", status=401)
    except TooManyAttempts as error:
        moment = Times(console.real_now(), console.zone).brief(error.retry_at)
        problem = f"Слишком много неудачных попыток. Попробуйте снова после {moment}."
        return _form(request, console, wanted=wanted, login=login, problem=problem, status=429)
    if earlier := request.cookies.get(SESSION_COOKIE):  # of whoever sat here before: nobody holds it any more
        await sign_out(console.database, earlier)
    answer = RedirectResponse(local_address(wanted), 303)
    _set_cookie(request, answer, SESSION_COOKIE, begun.token, path="/", same_site="lax")
    answer.delete_cookie(FORM_COOKIE, path="/login")
    return answer


@router.post("/logout")
async def end_session(request: Request, console: Console, visitor: Annotated[Visitor, Depends(own_form)]) -> Response:
    """Ends the session, in the database too."""
    await sign_out(console.database, request.cookies[SESSION_COOKIE])
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


def _form(request: Request, console: Console, *, wanted: str, login: str = "", problem: str | None = None, status: int = 200) -> Response:
    """The sign-in form. Its token stands in a cookie and in the form: no other site can bring the two together."""
    token = _form_token(request)
    answer = console.pages.page("login.html", status=status, csrf_token=token, wanted=local_address(wanted), login=login, problem=problem)
    _set_cookie(request, answer, FORM_COOKIE, token, path="/login", same_site="strict")
    return answer


def _form_token(request: Request) -> str:
    """The token that this browser has, so that two open sign-in forms both work; else a new one, which no form holds yet."""
    present = request.cookies.get(FORM_COOKIE, "")
    return present if FORM_TOKEN.fullmatch(present) else secrets.token_urlsafe(32)


def _set_cookie(request: Request, answer: Response, name: str, value: str, *, path: str, same_site: Literal["lax", "strict"]) -> None:
    """A cookie that scripts cannot read and the browser forgets when it is closed."""
    answer.set_cookie(name, value, path=path, httponly=True, samesite=same_site, secure=request.url.scheme == "https")
