"""A light VK for very many pages: the HTTP API that the connector reads, over posts and comments drawn from each page's number.

    python -m bench.region_world --price 0.01 --began 1767225600.0 --speed 10

Prints its address and serves until it is killed. Its clock shows `EPOCH` at the real moment `--began` and runs `--speed` times as
fast, as the clock of whoever reads it does. A page shows what it has published since its last poll before `EPOCH`, as a plan at
this price would have polled it: a run begins as the middle of a long watch, with as much to be found by every poll.
"""

import argparse
import asyncio
import math
import random
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sdk.emulation.loopback import serve

EPOCH = datetime(2026, 3, 11, 9, tzinfo=UTC)
AHEAD = timedelta(days=1)
LONGEST_DAYS = 1.0
GOLDEN = (math.sqrt(5) - 1) / 2
"""Its multiples lie evenly between whole numbers."""
MEDIAN_POSTS_A_DAY, SPREAD, MOST_POSTS_A_DAY = 1.5, 1.8, 60.0
COMMENTS_A_POST, COMMENT_DELAY_SECONDS = 2.0, 600.0
"""Comments come sooner than in life, so that a run of some minutes has them to find."""
DAY = 86_400.0


def clock(began: float, speed: float) -> Callable[[], datetime]:
    """The world's time."""
    return lambda: EPOCH + timedelta(seconds=(time.time() - began) * speed)


def rate_of(page: int) -> float:
    """Posts a day of a page: log-normal, as measured page sizes are."""
    draw = random.Random(page * 7919).gauss(0, 1)
    return min(MEDIAN_POSTS_A_DAY * math.exp(SPREAD * draw), MOST_POSTS_A_DAY)


def waits_of(page: int, price: float) -> tuple[float, float]:
    """Days from a page's last poll to `EPOCH`, and from there to its next."""
    interval, phase = min(math.sqrt(2 * price / rate_of(page)), LONGEST_DAYS), page * GOLDEN % 1
    return interval * (1 - phase), interval * phase


@dataclass(frozen=True, slots=True)
class View:
    """What stands at a moment."""

    now: float
    price: float

    def posts(self, page: int) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
        """See `posts_of`."""
        return posts_of(page, self.price)


@lru_cache(maxsize=200_000)
def posts_of(page: int, price: float) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """The moments of a page's posts (Unix seconds, rising), and those of the comments under each."""
    rng, moments, threads = random.Random(page), [], []
    moment, end = EPOCH.timestamp() - waits_of(page, price)[0] * DAY, (EPOCH + AHEAD).timestamp()
    while (moment := moment + rng.expovariate(rate_of(page) / DAY)) < end:
        moments.append(int(moment))
        number = min(int(rng.expovariate(1 / COMMENTS_A_POST)), 20)
        threads.append(tuple(sorted(int(moment + rng.expovariate(1 / COMMENT_DELAY_SECONDS)) for _ in range(number))))
    return tuple(moments), tuple(threads)


def _post(page: int, index: int, view: View) -> dict[str, Any]:
    moments, threads = view.posts(page)
    return {
        "id": index + 1,
        "owner_id": -page,
        "from_id": -page,
        "date": moments[index],
        "text": f"Новости страницы {page}, выпуск {index}",
        "comments": {"count": bisect_right(threads[index], view.now), "can_view": 1},
    }


def _wall_get(given: dict[str, str], view: View) -> dict[str, Any]:
    page, offset, count = -int(given["owner_id"]), int(given.get("offset", 0)), int(given.get("count", 20))
    standing = bisect_right(view.posts(page)[0], view.now)
    shown = range(standing - 1 - offset, max(standing - 1 - offset - count, -1), -1)
    return {"count": standing, "items": [_post(page, index, view) for index in shown], "groups": [], "profiles": []}


def _wall_get_by_id(given: dict[str, str], view: View) -> dict[str, Any]:
    places = (place.removeprefix("-").split("_") for place in given["posts"].split(","))
    return {"items": [_post(int(page), int(post) - 1, view) for page, post in places], "groups": [], "profiles": []}


def _get_comments(given: dict[str, str], view: View) -> dict[str, Any]:
    page, index, offset = -int(given["owner_id"]), int(given["post_id"]) - 1, int(given.get("offset", 0))
    standing = bisect_right(view.posts(page)[1][index], view.now)
    items = [
        {
            "id": (index + 1) * 100 + number,
            "from_id": 1000 + (page * 31 + number) % 50_000,
            "date": view.posts(page)[1][index][number],
            "text": f"Когда починят дорогу у дома {number}?",
            "thread": {"count": 0, "items": []},
        }
        for number in reversed(range(standing))
    ]
    return {"count": standing, "current_level_count": standing, "items": items[offset : offset + 100], "groups": [], "profiles": []}


METHODS: dict[str, Callable[[dict[str, str], View], dict[str, Any]]] = {
    "wall.get": _wall_get,
    "wall.getById": _wall_get_by_id,
    "wall.getComments": _get_comments,
    "board.getTopics": lambda given, view: {"count": 0, "items": [], "profiles": []},
}


def app(now: Callable[[], datetime], price: float) -> Starlette:
    """The API."""

    async def answer(request: Request) -> Response:
        given = {str(name): str(value) for name, value in (await request.form()).items()} | dict(request.query_params)
        found = METHODS[request.path_params["method"]](given, View(now().timestamp(), price))
        return Response(orjson.dumps({"response": found}), media_type="application/json")

    return Starlette(routes=[Route("/method/{method}", answer, methods=["GET", "POST"])])


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--price", type=float, required=True)
    parser.add_argument("--began", type=float, required=True)
    parser.add_argument("--speed", type=float, required=True)
    arguments = parser.parse_args()
    async with serve(app(clock(arguments.began, arguments.speed), arguments.price)) as address:
        print(address, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
