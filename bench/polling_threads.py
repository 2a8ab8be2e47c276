"""Comments under posts, found by counters: recall, calls and lag of the plan that the workers go by.

    python -m bench.polling_threads [--posts-per-day 60] [--seeds 101 102 103]

Posts live 30 days; comments come by a power law with bursts; a part is deleted, some before anybody looks. Only counters tell:
a thread is read when its counter differs from the number of comments known, and a sweep reads it whole now and then. The first
row is the rule that the plan replaced: a thread is looked at again after a tenth of its silence.
"""

import argparse
import heapq
import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from app.domain.polling.due import Interval
from app.domain.polling.intervals import PollBounds, next_count_at, next_sweep_at
from app.domain.polling.thread_plan import CHEAPEST, ThreadPlan
from app.domain.polling.threads import ThreadState, ThreadTally
from app.simulation.trace import DAY_SECONDS
from bench.timing import print_table

BEGAN, DAYS, LIFE = 1_772_409_600, 40, 30 * DAY_SECONDS
SHORTEST = timedelta(seconds=15)
BETWEEN = Interval(SHORTEST, timedelta(days=1))
BOUNDS = PollBounds(timedelta(minutes=5), SHORTEST, timedelta(days=1))
POSTS_A_CALL = 100
RULES = (None, CHEAPEST, 0.002, 0.01)
COLUMNS = [
    "price of a look",
    "seed",
    "comments",
    "recall",
    "of lasting",
    "calls a comment",
    "counts a post, day",
    "mean lag, s",
    "p50",
    "p95",
]


@dataclass(slots=True)
class Post:
    """One thread in the simulation. `moments` are sorted publications, `gone` when each was deleted (infinity: never)."""

    published: float
    moments: list[float]
    gone: list[float]
    found: dict[int, float] = field(default_factory=dict)
    known: int = 0

    def counter(self, now: float) -> int:
        """What the network says: comments published and not deleted."""
        return sum(gone > now for gone in self.gone[: bisect_right(self.moments, now)])

    def read(self, now: float) -> list[float]:
        """Reads the thread: what is new in it."""
        new = [place for place in range(bisect_right(self.moments, now)) if place not in self.found and self.gone[place] > now]
        self.found |= dict.fromkeys(new, now)
        self.known = self.counter(now)
        return [self.moments[place] for place in new]


def draw_post(published: float, chance: np.random.Generator) -> Post:
    """A post with its comments: a log-normal number, ages by a power law, echoes, one in twenty-five deleted within hours."""
    number = chance.poisson(math.exp(chance.normal(0.0, 1.5)))
    ages = 1200 * ((1 - chance.random(number)) ** (-1 / 0.35) - 1)
    moments = generation = published + ages
    while len(generation):
        generation = np.repeat(generation, chance.poisson(0.35, len(generation)))
        generation = generation + chance.exponential(1800, len(generation))
        moments = np.concatenate([moments, generation])
    moments = np.sort(moments[moments < published + LIFE])
    delays = np.where(chance.random(len(moments)) < 0.04, chance.exponential(4 * 3600, len(moments)), math.inf)
    return Post(published, moments.tolist(), (moments + delays).tolist())


def follow(posts: list[Post], price: float | None) -> tuple[int, int]:
    """Counts and reads all threads by plan until their posts are 30 days old; how many counts and reads it took.

    Without a price, by the share of their silence.
    """
    tally, counts, reads, lesson = ThreadTally(), 0, 0, BEGAN + DAY_SECONDS
    plan = ThreadPlan.of(tally, price or CHEAPEST)
    states = [ThreadState(_moment(post.published), _moment(post.published)) for post in posts]
    sweeps, moved = [post.published + 1200 for post in posts], [post.published for post in posts]
    due = [(post.published + 60, number) for number, post in enumerate(posts)]
    heapq.heapify(due)
    while due:
        now, number = heapq.heappop(due)
        if now > lesson:
            plan, lesson = ThreadPlan.of(tally, plan.price), lesson + DAY_SECONDS
        post, counts, new = posts[number], counts + 1, list[float]()
        if post.counter(now) != post.known or (post.found and now >= sweeps[number]):
            new, reads = post.read(now), reads + 1
            moved[number] = now if new else moved[number]
            sweeps[number] = next_sweep_at(_moment(now), _moment(moved[number])).timestamp()
        found, last = [_moment(one) for one in new], _moment(moved[number])
        look = plan.after_look(states[number], _moment(now), found, tally, moved_at=last, weight=1.0, bounds=BETWEEN)
        states[number] = look.state
        following = (look.next_at if price else next_count_at(_moment(now), last, BOUNDS)).timestamp()
        if now < post.published + LIFE:
            heapq.heappush(due, (min(following, post.published + LIFE), number))
    return counts, reads


def measure(price: float | None, seed: int, posts_per_day: int) -> list[str]:
    """One row of the table."""
    chance = np.random.default_rng(seed)
    posts = [draw_post(BEGAN + float(at) * DAY_SECONDS, chance) for at in np.sort(chance.random(posts_per_day * DAYS)) * DAYS]
    counts, reads = follow(posts, price)
    comments, lasting = sum(len(post.moments) for post in posts), sum(math.isinf(gone) for post in posts for gone in post.gone)
    found = sum(len(post.found) for post in posts)
    found_lasting = sum(math.isinf(post.gone[place]) for post in posts for place in post.found)
    lags = np.array([at - post.moments[place] for post in posts for place, at in post.found.items()])
    shares = [f"{found / comments:.4f}", f"{found_lasting / lasting:.4f}"]
    a_day = counts / len(posts) / (LIFE / DAY_SECONDS)
    figures = [f"{lags.mean():.0f}", *(f"{value:.0f}" for value in np.percentile(lags, [50, 95]))]
    return [
        "a tenth of the silence" if price is None else f"{price}",
        str(seed),
        str(comments),
        *shares,
        f"{(reads + counts / POSTS_A_CALL) / found:.2f}",
        f"{a_day:.1f}",
        *figures,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts-per-day", type=int, default=60)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101])
    given = parser.parse_args()
    print_table("Threads", COLUMNS, list(_rows(given.seeds, given.posts_per_day)), width=150)


def _rows(seeds: list[int], posts_per_day: int) -> Iterator[list[str]]:
    for price in RULES:
        for seed in seeds:
            yield measure(price, seed, posts_per_day)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


if __name__ == "__main__":
    main()
