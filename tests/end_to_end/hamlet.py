"""A hand-written network of two pages for tests of what may be wrong with a page or with the way to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from app.storage import sources
from app.storage.engine import Database
from app.storage.sources import Registered
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson
from connectors.sdk.emulation.town_generator import GeneratedTown
from connectors.sdk.emulation.town_truth import Labels
from tests.end_to_end.comparison import shown, stored
from tests.end_to_end.verdicts import ByLabel
from tests.end_to_end.watch import Hands, Watch, watched_town

HALL, CLINIC = 300, 301
ANNA, BORIS = 11, 12
DONE = "Добрый день! Отопление восстановлено, аварию устранили."


def post(key: str, at: datetime, text: str = "Новости города", **fields: Any) -> TownMessage:
    """A post of the town hall."""
    page_id = fields.pop("page_id", HALL)
    return TownMessage(key, page_id, -page_id, at, text, **fields)


def comment(key: str, at: datetime, text: str = "Холодно дома!", **fields: Any) -> TownMessage:
    """Anna's comment under the post `news` of the town hall."""
    defaults: dict[str, Any] = {"page_id": HALL, "author_id": ANNA, "post_key": "news"}
    return TownMessage(key=key, at=at, text=text, **(defaults | fields))


def hamlet(messages: Sequence[TownMessage], questions: Sequence[str] = ()) -> GeneratedTown:
    """The town hall and the clinic with these messages; those of the `questions` are complaints."""
    pages = (TownPage(HALL, "Администрация", "hall"), TownPage(CLINIC, "Поликлиника", "clinic"))
    people = (TownPerson(ANNA, "Анна", "Лебедева"), TownPerson(BORIS, "Борис", "Ким"))
    labels = Labels(dict.fromkeys(questions, "complaint"), {})
    officials = {page.id: frozenset({-page.id}) for page in pages}
    return GeneratedTown(Town(pages, people, tuple(messages)), {}, labels, officials, {}, tuple(page.id for page in pages))


class Village:
    """The hamlet under watch."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.emulator = watch.emulator
        self.hands = watch.hands

    async def pages(self) -> dict[int, Registered]:
        """The registered pages as the administrator sees them."""
        intake = self.watch.polling.intake
        async with intake.database.read() as session:
            listed = await sources.listed(session, intake.region_id)
        return {-int(one.source.external_id): one for one in listed}

    async def hall(self) -> Registered:
        return (await self.pages())[HALL]

    async def go_on(self, length: timedelta, *, step: timedelta = timedelta(minutes=10)) -> None:
        """Lets time go on, polling what is due."""
        await self.watch.go_on(step, until=self.hands.now + length)

    async def is_all_stored(self) -> bool:
        """Whether exactly what the network shows is stored as standing."""
        return await stored(self.watch.rows) == shown(self.emulator.visible())


@asynccontextmanager
async def watched_hamlet(
    database: Database, noon: datetime, messages: Sequence[TownMessage], questions: Sequence[str] = (), **options: Any
) -> AsyncIterator[Village]:
    """The hamlet watched for a day; the clock stands at noon and everything until then has been read."""
    town = hamlet(messages, questions)
    async with watched_town(database, town, ByLabel(town), Hands(noon), since=noon - timedelta(days=1), **options) as watch:
        await watch.look()
        yield Village(watch)
