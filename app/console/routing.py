"""Which body answers for what: the rules as a table, which an administrator adds to, changes and takes from."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import RedirectResponse

from app.console import texts
from app.console.access import Administrator, Console, Reader, Visitor
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.console.territories import tree_of
from app.domain.authority import AuthorityId
from app.domain.errors import AlreadyExists, DomainError, InvalidInput, StaleVersion
from app.domain.routing import RuleId
from app.domain.territory import EntryId
from app.storage import authorities, gazetteer, routing_rules
from app.storage.routing_rules import NewRule
from app.usecases.change_routing_rules import RuleChange, add_routing_rule, change_routing_rule
from app.usecases.change_topics import titles_of_topics, topics_in_force

MOST_AUTHORITIES = 500

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/routing")

Key = Annotated[str, Form(pattern=r"^\d{0,18}$")]
Topic = Annotated[str, Form(max_length=100)]
Version = Annotated[int, Form(ge=1, le=2**31 - 1)]
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@dataclass(frozen=True, slots=True)
class Said:
    """A form as it was filled in; None where nothing was chosen."""

    topic: str | None = None
    territory_id: EntryId | None = None
    owner_id: AuthorityId | None = None
    authority_id: AuthorityId | None = None


@router.get("")
async def show_rules(console: Console, visitor: Reader, edit: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None) -> Response:
    """Every rule, with the case of which it speaks; the one that is being changed as a form."""
    return await _shown(console, visitor, edit=edit if visitor.may("ADMINISTER") else None)


@router.post("")
async def add(
    console: Console, visitor: Administrator, authority: Key = "", topic: Topic = "", territory: Key = "", owner: Key = ""
) -> Response:
    """Adds a rule; what stands in the way is said beside the form."""
    said = _said(topic, territory, owner, authority)
    try:
        new = _whole(said)
        async with console.database.write() as session:
            added = await add_routing_rule(session, console.region_id, new, now=console.now())
    except (AlreadyExists, InvalidInput) as error:
        return await _shown(console, visitor, draft=said, refused=error)
    return RedirectResponse(f"/routing#rule-{added}", 303)


@router.post("/{rule_id}")
async def change(
    console: Console,
    visitor: Administrator,
    rule_id: Id,
    version: Version,
    authority: Key = "",
    topic: Topic = "",
    territory: Key = "",
    owner: Key = "",
) -> Response:
    """Changes a rule in place; incidents keep the body that it gave them."""
    try:
        new = _whole(_said(topic, territory, owner, authority))
        async with console.database.write() as session:
            await change_routing_rule(session, console.region_id, RuleId(rule_id), _change(new), version=version)
    except (AlreadyExists, InvalidInput, StaleVersion) as error:
        return await _shown(console, visitor, edit=rule_id, refused=error)
    return RedirectResponse(f"/routing#rule-{rule_id}", 303)


@router.post("/{rule_id}/remove")
async def remove(console: Console, visitor: Administrator, rule_id: Id) -> Response:
    """Takes a rule away; incidents keep the body that it gave them."""
    async with console.database.write() as session:
        await routing_rules.remove(session, console.region_id, RuleId(rule_id))
    return RedirectResponse("/routing", 303)


def _said(topic: str, territory: str, owner: str, authority: str) -> Said:
    return Said(
        topic or None,
        EntryId(int(territory)) if territory else None,
        AuthorityId(int(owner)) if owner else None,
        AuthorityId(int(authority)) if authority else None,
    )


def _whole(said: Said) -> NewRule:
    """The form as a rule."""
    if said.authority_id is None:
        raise InvalidInput("authority", "Выберите ведомство, которое отвечает.")
    return NewRule(said.topic, said.territory_id, said.owner_id, said.authority_id)


def _change(new: NewRule) -> RuleChange:
    return {"topic": new.topic, "territory_id": new.territory_id, "owner_id": new.owner_id, "authority_id": new.authority_id}


def _why(error: DomainError) -> str:
    match error:
        case AlreadyExists(existing_id=existing):
            return f"Для такого случая уже есть правило {existing}: измените или уберите его."
        case StaleVersion():
            return "Пока вы меняли правило, его изменил кто-то другой: ниже оно такое, какое сейчас."
        case _:
            return texts.refusal(error)


async def _shown(
    console: Console, visitor: Visitor, *, edit: int | None = None, draft: Said | None = None, refused: DomainError | None = None
) -> Response:
    async with console.database.read() as session:
        rules = await routing_rules.listed(session, console.region_id)
        titles = await titles_of_topics(session, console.region_id)
        taxonomy = await topics_in_force(session, console.region_id)
        entries = await gazetteer.territories(session, console.region_id)
        bodies = await authorities.listed(session, console.region_id, after=None, limit=MOST_AUTHORITIES)
    return console.pages.page(
        "routing.html",
        status=200 if refused is None else 422 if isinstance(refused, InvalidInput) else 409,
        section="routing",
        visitor=visitor,
        times=console.times,
        rules=sorted(rules, key=lambda one: (titles.get(one.rule.topic or "", ""), one.rule.id)),
        titles=titles,
        topic_groups=taxonomy.groups,
        territories=tree_of(entries),
        authorities=sorted(bodies, key=lambda one: one.name.casefold()),
        edit=edit,
        draft=draft or Said(),
        problem=None if refused is None else _why(refused),
    )
