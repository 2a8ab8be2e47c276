"""Puts the town under watch: gazetteer, pages, bodies, rules of routing, and somebody to come in as."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from app.bootstrap import Services
from app.demo.answers import READY_TEXTS
from app.demo.town import GAZETTEER, PAGES, PAST, TOWN, bodies_of, page_of
from app.domain.authority import AuthorityId, OfficialAccount
from app.domain.operator import Role
from app.domain.territory import EntryId
from app.storage import authorities, credentials, gazetteer
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.storage.routing_rules import NewRule
from app.usecases.add_source import ALWAYS, Networks, add_source, resolve_page
from app.usecases.change_ready_texts import add_ready_text
from app.usecases.change_routing_rules import add_routing_rule
from app.usecases.create_token import create_token
from app.usecases.import_gazetteer import import_gazetteer, read_gazetteer
from app.usecases.open_push import PushDesk, open_long_poll
from app.usecases.register_account import register_account
from app.usecases.set_password import set_password
from connectors.sdk.emulation.town_generator import GeneratedTown

SITES = {"vk": "https://vk.com", "ok": "https://ok.ru", "telegram": "https://t.me"}
ACCOUNTS: Mapping[str, Callable[[int], str]] = {"vk": "-{}".format, "ok": "group:{}".format, "telegram": lambda page: f"-100{10**9 + page}"}
"""How each network writes the account of a page, as the emulators number them."""
ONLY_PUSHED = "telegram"
CITY, VILLAGE = PAGES[0].name, "Территориальный отдел Ивановки"
VILLAGE_CODE = "zarechny-okrug-01"
NO_SUBJECT = "none"


async def settle_in(services: Services, town: GeneratedTown, start: datetime) -> tuple[str, str]:
    """Registers everything as if it had been watched through the town's history; a password and a token to come in with."""
    database, region_id = services.database, services.region_id
    networks = Networks(services.plugins, services.connectors.connector_for)
    place = await map_the_region(database, region_id, start)
    await write_rules(database, region_id, start)
    for page in town.town.pages:
        if page.id in town.watched:
            about = page_of(page.name)
            resolved = await resolve_page(networks, f"{SITES[about.network]}/{page.screen_name}")
            async with database.write() as session:
                body = await authorities.ensure(session, region_id, page.name) if about.official else None
                source_id = await add_source(
                    session, region_id, resolved, official=about.official, authority_id=body, territory_id=place, now=start - PAST
                )
            if about.network == ONLY_PUSHED:
                desk = PushDesk(database, region_id, services.secret_box, networks, services.now)
                await open_long_poll(desk, source_id, direct_messages=True)
    for name, account in bodies_of(town):
        async with database.write() as session:
            body = await authorities.ensure(session, region_id, name)
            for network, written in ACCOUNTS.items():
                official = OfficialAccount(network, written(account), body, ALWAYS)
                await register_account(session, region_id, official, now=start)
    password = secrets.token_urlsafe(9)
    async with database.write() as session:
        created = await create_token(session, "admin", Role.ADMIN, now=start)
        for ready in READY_TEXTS:
            await add_ready_text(session, region_id, created.operator, ready, now=start)
    await set_password(database, created.operator.id, login="admin", password=password)
    return password, created.secret


async def keep_keys(services: Services, town: GeneratedTown, kind: str, keys: Mapping[str, int], start: datetime) -> None:
    """Stores each page's own key, or that of its bot, as its administrator would have given it."""
    names = {page.id: page.name for page in town.town.pages}
    async with services.database.write() as session:
        for secret, page_id in keys.items():
            await credentials.add(session, services.secret_box, kind=kind, name=names[page_id], secret=secret, now=start)
    await services.connectors.refresh()


async def map_the_region(database: Database, region_id: RegionId, start: datetime) -> EntryId:
    """Takes the sample gazetteer in; the town that the pages belong to."""
    table = read_gazetteer(await asyncio.to_thread(GAZETTEER.read_bytes))
    async with database.write() as session:
        await import_gazetteer(session, region_id, table, now=start)
        return await gazetteer.territory_of_code(session, region_id, TOWN)


async def write_rules(database: Database, region_id: RegionId, start: datetime) -> None:
    """What each body answers for, wherever it is asked: the city for what nobody else does, the village for its own roads and yards."""
    async with database.write() as session:
        village = await gazetteer.territory_of_code(session, region_id, VILLAGE_CODE)
        for page in PAGES:
            body = await authorities.ensure(session, region_id, page.name if page.official else CITY)
            for group in sorted(page.groups - {NO_SUBJECT}):
                await add_routing_rule(session, region_id, NewRule(group, None, None, AuthorityId(body)), now=start)
        elder = await authorities.ensure(session, region_id, VILLAGE)
        for group in ("roads", "yards", "lighting"):
            await add_routing_rule(session, region_id, NewRule(group, village, None, elder), now=start)
