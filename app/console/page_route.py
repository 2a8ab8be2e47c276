"""The edge of the console: whatever goes wrong behind a page becomes a page that says so."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from app.console import texts
from app.console.access import BESIDE, BY_ITSELF, ForgedForm, SignInNeeded
from app.console.context import context_of
from app.domain.errors import DomainError, InvalidInput, NotFound, NotPermitted
from app.storage.server.failures import is_away

log = structlog.get_logger(__name__)

RETRY_SECONDS = "10"
OWN_PAGE = re.compile(r"/incidents/\d{1,18}|/labelling/(names|models)|/(labelling|signals|routing|texts|policies|sources)(?=/|$)")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a page says when there is nothing else to show."""

    status: int
    title: str
    text: str


FORGED = Trouble(403, "Форма устарела", "После того как вы открыли её, вход был выполнен заново. Вернитесь, обновите страницу и повторите.")
INVALID = Trouble(422, "Адрес или форма с ошибкой", "Такого значения здесь быть не может. Вернитесь и проверьте, что введено.")
UNKNOWN = Trouble(404, "Такой страницы нет", "Ссылка устарела, или в адресе опечатка.")
AWAY = Trouble(503, "База недоступна", "Сервис работает, но прочитать данные не может. Ничего не потеряно: обновите страницу через минуту.")
BROKEN = Trouble(500, "Ошибка на нашей стороне", "Мы записали её в журнал. Попробуйте ещё раз чуть позже.")


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInNeeded:
                return _ask_to_sign_in(request)
            except Exception as error:  # the HTTP edge
                trouble = trouble_of(error)
                if trouble.status >= 500:
                    log.exception("console page failed", path=request.scope["path"], error=type(error).__name__)
                return page_of(request, trouble)

        return guarded


def trouble_of(error: Exception) -> Trouble:
    """What to say of an error."""
    match error:
        case ForgedForm():
            return FORGED
        case NotFound():
            return Trouble(404, "Такого нет", texts.refusal(error))
        case NotPermitted():
            return Trouble(403, "Нет доступа", texts.refusal(error))
        case DomainError():
            return Trouble(422 if isinstance(error, InvalidInput) else 409, "Не получилось", texts.refusal(error))
        case RequestValidationError() | UnicodeEncodeError():  # what cannot be written: a form in a charset of somebody's choice
            return INVALID
        case HTTPException(status_code=404):
            return UNKNOWN
        case HTTPException(status_code=status):
            return Trouble(status, "Запрос не принят", "Вернитесь и попробуйте ещё раз.")
        case _:
            return AWAY if is_away(error) else BROKEN


def page_of(request: Request, trouble: Trouble) -> Response:
    """The page that says it and leads back to the queue; from the address of a form, which only its button opens, to the form's page."""
    if trouble.status == 405 and request.method == "GET":
        return RedirectResponse(page_behind(request), 303)
    behind = page_behind(request) if request.method == "POST" else "/"
    answer = context_of(request).pages.page("trouble.html", status=trouble.status, title=trouble.title, text=trouble.text, behind=behind)
    if trouble is AWAY:
        answer.headers["Retry-After"] = RETRY_SECONDS
    return answer


def page_behind(request: Request) -> str:
    """The page on which the form of a request stands: where to go when the form's own address cannot be opened."""
    place = _without_step(request.url.path, otherwise="/")
    before = urlsplit(request.headers.get("Referer", ""))
    is_from_here = before.netloc == request.url.netloc and place in {before.path, _without_step(before.path, otherwise="")}
    return place + (f"?{before.query}" if is_from_here and before.query else "")


def _without_step(path: str, *, otherwise: str) -> str:
    found = OWN_PAGE.match(path)
    return found[0] if found else otherwise


def _ask_to_sign_in(request: Request) -> Response:
    """To the sign-in page and back afterwards, which says so if a step was lost; a page that asks by itself is told by the status alone."""
    if BY_ITSELF in request.headers or BESIDE in request.headers:
        return Response(status_code=401)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = here if request.method == "GET" else page_behind(request)
    undone = "&undone=1" if request.method == "POST" and request.url.path != "/logout" else ""
    return RedirectResponse(f"/login?next={quote(wanted, safe='')}{undone}", 303)
