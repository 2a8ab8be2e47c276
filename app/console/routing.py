"""Which body answers for what: the rules as a table, which an administrator adds to and takes from."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import RedirectResponse

from app.console import texts
from app.console.access import Administrator, Console, Reader, Visitor
from app.console.page_route import PageRoute
from app.console.queue_query import LARGEST_ID
from app.console.territories import tree_of
from app.domain.authority import AuthorityId
from app.domain.errors import AlreadyExists, InvalidInput
from app.domain.routing import RuleId
from app.domain.territory import EntryId
from app.storage import authorities, gazetteer, routing_rules
from app.storage.routing_rules import NewRule
from app.usecases.change_routing_rules import add_routing_rule
from app.usecases.change_topics import titles_of_topics, topics_in_force

MOST_AUTHORITIES = 500

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/routing")

Key = Annotated[str, Form(pattern=r"^\d{0,18}$")]


@router.get("")
async def show_rules(console: Console, visitor: Reader) -> Response:
    """Every rule, with the case of which it speaks."""
    return await _shown(console, visitor)


@router.post("")
async def add(
    console: Console,
    visitor: Administrator,
    authority: Key = "",
    topic: Annotated[str, Form(max_length=100)] = "",
    territory: Key = "",
    owner: Key = "",
) -> Response:
    """Adds a rule; what stands in the way is said beside the form."""
    try:
        if not authority:
            raise InvalidInput("authority", "Выберите ведомство, которое отвечает.")
        new = NewRule(
            topic or None,
            EntryId(int(territory)) if territory else None,
            AuthorityId(int(owner)) if owner else None,
            AuthorityId(int(authority)),
        )
        async with console.database.write() as session:
            added = await add_routing_rule(session, console.region_id, new, now=console.now())
    except AlreadyExists as error:
        return await _shown(
            console, visitor, status=409, problem=f"Для такого случая уже есть правило {error.existing_id}: сначала уберите его."
        )
    except InvalidInput as error:
        return await _shown(console, visitor, status=422, problem=texts.refusal(error))
    return RedirectResponse(f"/routing#rule-{added}", 303)


@router.post("/{rule_id}/remove")
async def remove(console: Console, visitor: Administrator, rule_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]) -> Response:
    """Takes a rule away; incidents keep the body that it gave them."""
    async with console.database.write() as session:
        await routing_rules.remove(session, console.region_id, RuleId(rule_id))
    return RedirectResponse("/routing", 303)


async def _shown(console: Console, visitor: Visitor, *, status: int = 200, problem: str | None = None) -> Response:
    async with console.database.read() as session:
        rules = await routing_rules.listed(session, console.region_id)
        titles = await titles_of_topics(session, console.region_id)
        taxonomy = await topics_in_force(session, console.region_id)
        entries = await gazetteer.territories(session, console.region_id)
        bodies = await authorities.listed(session, console.region_id, after=None, limit=MOST_AUTHORITIES)
    return console.pages.page(
        "routing.html",
        status=status,
        section="routing",
        visitor=visitor,
        times=console.times,
        rules=sorted(rules, key=lambda one: (one.rule.topic or "", one.rule.id)),
        titles=titles,
        topic_groups=taxonomy.groups,
        territories=tree_of(entries),
        authorities=sorted(bodies, key=lambda one: one.name.casefold()),
        problem=problem,
    )
