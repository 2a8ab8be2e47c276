"""Seeded towns with a known truth: scripts of threads become messages of pages and people, with every hard case of answering."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, count, cycle
from math import gcd
from random import Random

from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson
from connectors.sdk.emulation.town_cases import CHANGES, Case, Phrases, answered_questions, collect_phrases
from connectors.sdk.emulation.town_draft import Draft, Scene, happened, set_moments
from connectors.sdk.emulation.town_scripts import BODY_PREFIX, PAGE_SLOT, ThreadScript, is_official_slot
from connectors.sdk.emulation.town_truth import Labels, QuestionTruth, judge

FIRST_PAGE_ID = 200_000_001
FIRST_BODY_ID = 300_000_001
FIRST_PERSON_ID = 1_000_001
FIRST_NAMES = ("Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Захар", "Инна", "Кирилл", "Лидия", "Марат", "Нина", "Олег")
LAST_NAMES = ("Абрамчук", "Бережко", "Вдовенко", "Гайдай", "Дроздюк", "Ежевич", "Жилко", "Зорич", "Ильчук", "Кравец", "Лозович")
NAMELESS = "Администрация"


@dataclass(frozen=True, slots=True)
class GeneratedTown:
    """A town and the truth about it at the moment it was generated for.

    `watched` are the ids of the pages with walls; `officials` names for each of them the author ids that answer officially
    there. `cases` tells which case was made of a question, by the question's key.
    """

    town: Town
    truth: Mapping[str, QuestionTruth]
    labels: Labels
    officials: Mapping[int, frozenset[int]]
    cases: Mapping[str, Case]
    watched: tuple[int, ...]


def generate_town(
    seed: int, *, pages: int, threads: int, now: datetime, days: float, texts: Sequence[ThreadScript], share_of_cases: float = 0.6
) -> GeneratedTown:
    """A town whose last `days` before `now` (aware UTC) hold so many threads on so many pages, the same for the same seed.

    `share_of_cases` of the answered questions become hard cases, all kinds of them in turn. Some pages are busier than others.
    """
    if not texts or pages < 1:
        raise ValueError("a town needs at least one page and one script")
    random = Random(seed)
    making = Making(random, texts, threads)
    walls = [making.page(number) for number in range(pages)]
    watched = tuple(page.id for page in walls)
    weights = list(accumulate(1 / (place + 1) ** 0.7 for place in range(pages)))
    scenes = []
    for number in range(threads):
        (page,) = random.choices(walls, cum_weights=weights)
        scene = making.scene(page, f"{page.id}/{number}", share_of_cases)
        set_moments(scene, moment_before(random, now, days))
        scenes.append(scene)
    messages = tuple(message for scene in scenes for message in happened(scene, now))
    officials = making.officials(watched)
    labels = labels_of(scenes)
    town = Town((*walls, *making.bodies.values()), making.people, messages)
    return GeneratedTown(town, judge(messages, labels, officials), labels, officials, making.cases_of(messages), watched)


def moment_before(random: Random, now: datetime, days: float) -> datetime:
    """A whole second of the stretch of days that ends at `now`."""
    return now.replace(microsecond=0) - timedelta(seconds=int(random.random() * days * 86_400))


def labels_of(scenes: Sequence[Scene]) -> Labels:
    drafts = [draft for scene in scenes for draft in (scene.post, *scene.comments)]
    kinds = {draft.key: draft.kind for draft in drafts if draft.kind}
    return Labels(kinds, {draft.key: draft.answer for draft in drafts if draft.answer})


class Making:
    """What a town in the making holds: its people, the bodies that were met, the scripts by page, the cases made."""

    def __init__(self, random: Random, texts: Sequence[ThreadScript], threads: int) -> None:
        self.random = random
        most_roles = max(len({line.author for line in script.comments}) for script in texts)
        ids = range(FIRST_PERSON_ID, FIRST_PERSON_ID + 60 + threads + 2 * most_roles)
        self.people = tuple(TownPerson(number, random.choice(FIRST_NAMES), random.choice(LAST_NAMES)) for number in ids)
        self.bodies: dict[str, TownPage] = {}
        self._cases: dict[str, Case] = {}
        self._phrases: Phrases = collect_phrases(texts)
        self._turn = cycle(random.sample(list(CHANGES), len(CHANGES)))
        self._present: dict[int, set[int]] = {}
        self._scripts: dict[str, list[ThreadScript]] = {}
        for script in texts:
            self._scripts.setdefault(script.page_name or NAMELESS, []).append(script)
        self._names = random.sample(list(self._scripts), len(self._scripts))

    def page(self, number: int) -> TownPage:
        """A page named as in the scripts; once the names run out, they come again with a number."""
        lap, place = divmod(number, len(self._names))
        name = f"{self._names[place]} ({lap + 1})" if lap else self._names[place]
        members = int(self.random.lognormvariate(8, 1.2))
        is_group = self.random.random() < 0.3
        return TownPage(FIRST_PAGE_ID + number, name, f"page{number + 1}", members, verified=True, is_group=is_group)

    def scene(self, page: TownPage, key: str, share_of_cases: float) -> Scene:
        """A thread of the page by one of its scripts, with its cases made."""
        script = self.random.choice(self._scripts[self._names[(page.id - FIRST_PAGE_ID) % len(self._names)]])
        scene = self._rehearse(script, page.id, key)
        for question, answer in answered_questions(scene):
            is_still_there = all(draft is scene.post or draft in scene.comments for draft in (question, answer))
            if is_still_there and self._phrases.questions:
                is_hard = self.random.random() < share_of_cases
                self._cases[question.key] = self._make_case(scene, question, answer) if is_hard else Case.PLAIN
        return scene

    def officials(self, watched: Sequence[int]) -> dict[int, frozenset[int]]:
        """The page itself and the bodies that were met there."""
        return {page_id: frozenset({-page_id} | self._present.get(page_id, set())) for page_id in watched}

    def cases_of(self, messages: Sequence[TownMessage]) -> dict[str, Case]:
        published = {message.key for message in messages}
        return {key: case for key, case in self._cases.items() if key in published}

    def _make_case(self, scene: Scene, question: Draft, answer: Draft) -> Case:
        """The next case in turn that this question lends itself to."""
        for case in (next(self._turn) for _ in CHANGES):
            if CHANGES[case](scene, question, answer, self._phrases):
                return case
        return Case.PLAIN

    def _rehearse(self, script: ThreadScript, page_id: int, key: str) -> Scene:
        """The script with its roles given to people and bodies."""
        strangers = self._strangers()
        cast: dict[str, int] = {PAGE_SLOT: -page_id}
        post = Draft(key, self._cast(script.author, cast, page_id, strangers), script.text, kind=script.kind)
        scene = Scene(page_id, post, self.random, strangers)
        said: dict[str, Draft] = {}
        for line in script.comments:
            author_id = self._cast(line.author, cast, page_id, strangers)
            above = said[line.reply_to] if line.reply_to else None
            draft = Draft(f"{key}/{line.id}", author_id, line.text, above, None, line.kind, line.answer, is_official_slot(line.author))
            said[line.id] = draft
            scene.comments.append(draft)
        return scene

    def _cast(self, slot: str, cast: dict[str, int], page_id: int, strangers: Iterator[int]) -> int:
        if slot not in cast:
            cast[slot] = self._body(slot, page_id) if slot.startswith(BODY_PREFIX) else next(strangers)
        return cast[slot]

    def _body(self, slot: str, page_id: int) -> int:
        number = len(self.bodies)
        body = self.bodies.setdefault(
            slot, TownPage(FIRST_BODY_ID + number, slot.removeprefix(BODY_PREFIX), f"body{number + 1}", verified=True)
        )
        self._present.setdefault(page_id, set()).add(-body.id)
        return -body.id

    def _strangers(self) -> Iterator[int]:
        """People of the town in random order, each once in a thread: a step without a common divisor meets everybody."""
        size = len(self.people)
        steps = (self.random.randrange(1, size) for _ in count())
        step = next(step for step in steps if gcd(step, size) == 1)
        first = self.random.randrange(size)
        return (self.people[(first + number * step) % size].id for number in range(size))
