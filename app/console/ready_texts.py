"""Texts that are kept ready for replies: the list of a region, what each is worth, and one of them filled for an incident."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.console import texts
from app.console.access import Console, Reader, Registrar, Visitor, Worker
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.domain.deadline import newest
from app.domain.errors import AlreadyExists, DomainError, InvalidInput, StaleVersion
from app.domain.incident import IncidentId
from app.domain.ready_text import LONGEST_TITLE, Filled, NewReadyText, ReadyTextId, worth_of
from app.domain.reply import GAPS, LONGEST
from app.storage import incident_details, ready_texts, regions
from app.storage.incident_details import IncidentDetails
from app.usecases.change_ready_texts import add_ready_text, change_ready_text
from app.usecases.change_topics import titles_of_topics, topics_in_force
from app.usecases.fill_ready_text import fill_ready_text
from connectors.sdk.text import clean_text

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Version = Annotated[int, Form(ge=1, le=2**31 - 1)]
Title = Annotated[str, Form(max_length=3 * LONGEST_TITLE)]
Text = Annotated[str, Form(max_length=3 * LONGEST)]
Topic = Annotated[str, Form(max_length=100)]
Check = Annotated[bool, Form()]


@dataclass(frozen=True, slots=True)
class Ready:
    """The ready text that was asked for by its title, filled; `None` where there is none of that title."""

    title: str
    filled: Filled | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it was filled in; `checked`: only what it would be worth was asked."""

    title: str = ""
    text: str = ""
    topic: str = ""
    checked: bool = False

    def new(self) -> NewReadyText:
        """The form as a ready text."""
        return NewReadyText(self.title, self.text, self.topic or None)


@router.get("/texts")
async def show_texts(console: Console, visitor: Reader, edit: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None) -> Response:
    """Every ready text; the one that is being changed as a form."""
    return await _shown(console, visitor, edit=edit if visitor.may("REGISTER") else None)


@router.post("/texts")
async def add(
    console: Console, visitor: Registrar, title: Title = "", text: Text = "", topic: Topic = "", check: Check = False
) -> Response:
    """Adds a text, or only says what it would be worth; what stands in the way is said beside the form."""
    draft = _draft(title, text, topic, check)
    if check:
        return await _shown(console, visitor, draft=draft)
    try:
        async with console.database.write() as session:
            added = await add_ready_text(session, console.region_id, visitor.operator, draft.new(), now=console.now())
    except (AlreadyExists, InvalidInput) as error:
        return await _shown(console, visitor, draft=draft, refused=error)
    return RedirectResponse(f"/texts#text-{added}", 303)


@router.post("/texts/worth")
async def tell_worth(console: Console, visitor: Worker, text: Text = "") -> Response:
    """What a text would be worth, as a part of a page; nothing of one that is empty."""
    said = _clean(text)
    async with console.database.read() as session:
        policy = newest(await regions.policies_of(session, console.region_id))
    return console.pages.page("worth.html", worth=worth_of(said, policy) if said else None)


@router.post("/texts/{text_id}")
async def change(
    console: Console,
    visitor: Registrar,
    text_id: Id,
    version: Version,
    title: Title = "",
    text: Text = "",
    topic: Topic = "",
    check: Check = False,
) -> Response:
    """Puts a text in other words, or only says what they would be worth."""
    draft, key = _draft(title, text, topic, check), ReadyTextId(text_id)
    if check:
        return await _shown(console, visitor, edit=text_id, draft=draft)
    try:
        async with console.database.write() as session:
            new = draft.new()
            await change_ready_text(session, console.region_id, visitor.operator, key, new, version=version, now=console.now())
    except (AlreadyExists, InvalidInput, StaleVersion) as error:
        return await _shown(console, visitor, edit=text_id, draft=draft, refused=error)
    return RedirectResponse(f"/texts#text-{text_id}", 303)


@router.post("/texts/{text_id}/remove")
async def remove(console: Console, visitor: Registrar, text_id: Id) -> Response:
    """Takes a text away; replies that were made of it stay."""
    async with console.database.write() as session:
        await ready_texts.remove(session, console.region_id, ReadyTextId(text_id))
    return RedirectResponse("/texts", 303)


@router.get("/incidents/{incident_id}/ready")
async def show_filled(console: Console, visitor: Reader, incident_id: Id, title: Annotated[str, Query(max_length=200)]) -> Response:
    """The text of that title, filled for the incident, as a part of a page."""
    async with console.database.read() as session:
        incident = await incident_details.get(session, console.region_id, IncidentId(incident_id))
        found = await find_ready(session, console, visitor, incident, title)
    return console.pages.page("ready_part.html", status=200 if found and found.filled else 404, filled=found and found.filled, title=title)


async def find_ready(session: AsyncSession, console: Console, visitor: Visitor, incident: IncidentDetails, title: str) -> Ready | None:
    """The ready text of a title, filled for the incident; `None` when none was asked for."""
    wanted = _title(title)
    found = await ready_texts.find(session, console.region_id, wanted) if wanted else None
    if found is None:
        return Ready(wanted, None) if wanted else None
    said, operator = found.said.text, visitor.operator
    return Ready(wanted, await fill_ready_text(session, console.region_id, operator, said, incident, now=console.now()))


def _clean(text: str) -> str:
    return clean_text(text).replace("\r\n", "\n").strip()


def _title(title: str) -> str:
    return " ".join(clean_text(title).split())


def _draft(title: str, text: str, topic: str, check: bool) -> Draft:
    return Draft(_title(title), _clean(text), topic, check)


def _why(error: DomainError) -> str:
    match error:
        case AlreadyExists():
            return "Готовый ответ с таким названием уже есть."
        case StaleVersion():
            return "Пока вы меняли текст, его изменил кто-то другой: список ниже свежий."
        case InvalidInput(field="title"):
            return f"Назовите текст, не длиннее {LONGEST_TITLE} знаков: по названию его находят."
        case InvalidInput(field="text"):
            return f"Напишите текст, не длиннее {LONGEST} знаков."
        case InvalidInput(field="gaps"):
            return f"Такой вставки нет. Есть {', '.join(f'{{{gap}}}' for gap in GAPS)}."
        case _:
            return texts.refusal(error)


async def _shown(
    console: Console, visitor: Visitor, *, edit: int | None = None, draft: Draft | None = None, refused: DomainError | None = None
) -> Response:
    async with console.database.read() as session:
        found = await ready_texts.listed(session, console.region_id)
        taxonomy = await topics_in_force(session, console.region_id)
        titles = await titles_of_topics(session, console.region_id)
        policy = newest(await regions.policies_of(session, console.region_id))
    edited = next((one for one in found if one.id == edit), None)
    if edited is not None and draft is None:
        draft = Draft(edited.said.title, edited.said.text, edited.said.topic or "")
    draft = draft or Draft()
    return console.pages.page(
        "ready_texts.html",
        status=200 if refused is None else 422 if isinstance(refused, InvalidInput) else 409,
        section="texts",
        visitor=visitor,
        times=console.times,
        ready=[(one, worth_of(one.said.text, policy)) for one in found],
        edited=edited,
        draft=draft,
        worth=worth_of(draft.text, policy) if draft.text else None,
        titles=titles,
        topic_groups=taxonomy.groups,
        gaps=GAPS,
        problem=None if refused is None else _why(refused),
    )
