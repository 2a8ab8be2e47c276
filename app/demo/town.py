"""The demo's town: threads of the project's corpus, spoken on ten pages of three networks by bodies of different diligence."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.demo.answers import DUTY_ANSWERS, duty_answer
from app.demo.outage import outage
from connectors.sdk.emulation.town import Town, TownPage
from connectors.sdk.emulation.town_generator import GeneratedTown, generate_town
from connectors.sdk.emulation.town_scripts import ThreadScript, read_thread
from connectors.sdk.emulation.town_truth import QUESTION_KINDS

CORPUS = Path(__file__).parents[2] / "corpus" / "threads"
GAZETTEER = CORPUS.parent / "gazetteer" / "zarechny.csv"
TOWN = "zarechny"
SEED = 2026
THREADS_A_DAY = 40
PAST = timedelta(days=3)
FUTURE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DemoPage:
    """A page of the town; `diligence` is the share of questions that its people ever answer, `groups` what is talked of there."""

    name: str
    diligence: float
    groups: frozenset[str]
    official: bool = True
    network: str = "vk"


PAGES = (
    DemoPage("Администрация города Заречный", 0.85, frozenset({"authority", "land", "none", "economy", "digital"})),
    DemoPage("Городское хозяйство Заречного", 0.6, frozenset({"snow", "yards", "greenery", "lighting"})),
    DemoPage("Заречный Водоканал", 0.9, frozenset({"water"})),
    DemoPage("Тепловые сети Заречного", 0.5, frozenset({"heating", "gas", "electricity"})),
    DemoPage("Управляющая компания «Уют»", 0.25, frozenset({"housing"})),
    DemoPage("Заречный: чистый город", 0.7, frozenset({"waste", "ecology", "animals"}), network="ok"),
    DemoPage("Дороги и транспорт Заречного", 0.55, frozenset({"roads", "transport", "parking"}), network="telegram"),
    DemoPage("Заречная городская больница", 0.75, frozenset({"health", "social"}), network="ok"),
    DemoPage("Образование и культура Заречного", 0.9, frozenset({"education", "culture_sport", "military"}), network="ok"),
    DemoPage("Подслушано в Заречном", 0.35, frozenset({"safety", "construction", "trade", "communications"}), official=False),
)


def demo_town(start: datetime, *, corpus: Path = CORPUS) -> GeneratedTown:
    """Three days of history before `start` and two weeks to come, among them a street without power; the same for the same start."""
    span = PAST + FUTURE
    threads = int(span / timedelta(days=1) * THREADS_A_DAY)
    scripts = read_scripts(corpus)
    made = generate_town(SEED, pages=len(PAGES), threads=threads, now=start + FUTURE, days=span / timedelta(days=1), texts=scripts)
    ids = {page.name: page.id for page in made.town.pages if page.id in made.watched}
    cries = outage(ids, made.town.people, start, Random(SEED))
    return replace(made, town=replace(made.town, messages=(*made.town.messages, *cries)))


def town_on(network: str, town: GeneratedTown) -> Town:
    """The part of the town that lives on one network: its pages with walls there, and all who write."""
    elsewhere = {page.id for page in town.town.pages if page.id in town.watched and page_of(page.name).network != network}
    pages = tuple(page for page in town.town.pages if page.id not in elsewhere)
    return Town(pages, town.town.people, tuple(message for message in town.town.messages if message.page_id not in elsewhere))


def pages_on(network: str, town: GeneratedTown) -> Sequence[TownPage]:
    """The official pages of one network, in whose name operators may answer from the console."""
    watched = [page for page in town.town.pages if page.id in town.watched]
    return [page for page in watched if page_of(page.name).network == network and page_of(page.name).official]


def page_of(name: str) -> DemoPage:
    """The page of that name."""
    return next(page for page in PAGES if page.name == name)


def read_scripts(corpus: Path) -> list[ThreadScript]:
    """The corpus' threads, each given to a page and left as unanswered as that page leaves its residents."""
    random = Random(SEED)
    lines = (json.loads(line) for file in sorted(corpus.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines())
    scripts = []
    for number, line in enumerate(lines):
        page = _page_for(line, number)
        neglected = _neglect(read_thread(line), 1 - page.diligence, random)
        scripts.append(replace(_attend(neglected, page.diligence, random), page_name=page.name))
    return scripts


def _page_for(line: Mapping[str, Any], number: int) -> DemoPage:
    """The page that its residents' topics belong to; a thread of nothing in particular goes to each page in turn."""
    groups = Counter(comment["group"] for comment in line["comments"] if comment.get("group", "none") != "none")
    if not groups:
        return PAGES[number % len(PAGES)]
    (group, _), *_ = groups.most_common(1)
    return next((page for page in PAGES if group in page.groups), PAGES[0])


def _neglect(script: ThreadScript, share: float, random: Random) -> ThreadScript:
    """The thread without a share of its official comments; what replied to them replies to what they replied to."""
    kept = []
    moved: dict[str, str | None] = {}
    for comment in script.comments:
        reply_to = moved.get(comment.reply_to, comment.reply_to) if comment.reply_to else None
        if comment.is_official and random.random() < share:
            moved[comment.id] = reply_to
        else:
            kept.append(replace(comment, reply_to=reply_to))
    return replace(script, comments=tuple(kept))


def _attend(script: ThreadScript, share: float, random: Random) -> ThreadScript:
    """The thread with a share of the questions that nobody answered answered by the page on duty."""
    answered = {comment.reply_to for comment in script.comments if comment.is_official}
    waiting = [comment for comment in script.comments if comment.kind in QUESTION_KINDS and comment.id not in answered]
    attended = [
        duty_answer(number, comment, random.randrange(len(DUTY_ANSWERS)))
        for number, comment in enumerate(waiting)
        if random.random() < share
    ]
    return replace(script, comments=(*script.comments, *attended))


def bodies_of(town: GeneratedTown) -> Sequence[tuple[str, int]]:
    """Names and account ids of the bodies that answer on others' pages."""
    return [(page.name, page.id) for page in town.town.pages if page.id not in town.watched]
