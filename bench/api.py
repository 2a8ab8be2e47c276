"""One incident over REST beside the same JSON from a hand-written asyncpg and Starlette endpoint.

    python -m bench.api [--rounds 2000]

Both check the token, read in one read-only transaction and answer over loopback from uvicorn servers of the same
settings, in turns; the figure to quote is the ratio of the medians. That both say the same is checked first.
"""

import argparse
import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.russian_days import russian_calendar
from app.domain.working_time import working_time_between
from bench.timing import Call, interleaved, median, percentile, print_table
from bench.town_server import NOW, Town, towns
from connectors.sdk.emulation.loopback import serve

INCIDENT = 4711
CALENDAR = russian_calendar(ZoneInfo("Europe/Moscow"))
WHO = (
    "SELECT t.role, t.last_used_at FROM tokens t JOIN operators o ON o.id = t.operator_id"
    " WHERE t.sha256 = $1 AND t.revoked_at IS NULL AND o.disabled_at IS NULL"
)
ONE = (
    "SELECT i.*, s.network, s.name AS source_name, s.url AS source_url, s.official, a.name AS authority_name, o.name AS assignee_name,"
    " m.url AS m_url, m.text AS m_text, m.author_name AS m_author, m.published_at AS m_published, m.collected_at AS m_collected,"
    " m.edited_at AS m_edited, m.deleted_at AS m_deleted, m.erased_at AS m_erased, g.type AS g_type, g.name AS g_name"
    " FROM incidents i JOIN sources s ON s.id = i.source_id"
    " LEFT JOIN authorities a ON a.id = i.authority_id LEFT JOIN operators o ON o.id = i.assignee_id"
    " LEFT JOIN gazetteer_entries g ON g.region_id = i.region_id AND g.id = i.territory_id"
    " LEFT JOIN messages m ON m.region_id = i.region_id AND m.month = i.month AND m.id = i.message_id"
    " WHERE i.region_id = $1 AND i.id = $2"
)
TURNS = "SELECT * FROM turns WHERE region_id = $1 AND incident_id = $2 ORDER BY number"
ANSWERS = "SELECT * FROM answers WHERE region_id = $1 AND incident_id = $2"
REPLIES = "SELECT * FROM replies WHERE region_id = $1 AND incident_id = $2"
PLACES = "SELECT * FROM incident_places WHERE region_id = $1 AND incident_id = $2 ORDER BY starts"
MERGED = "SELECT count(*) FROM incidents WHERE region_id = $1 AND parent_id = $2"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2000)
    asyncio.run(run(parser.parse_args().rounds))


async def run(rounds: int) -> None:
    """Compares both endpoints and prints the table."""
    async with towns(10_000) as (town,), by_hand(town) as floor, serve(town.app) as ours_at, serve(floor) as floor_at:
        headers = {"Authorization": f"Bearer {town.token}"}
        async with httpx.AsyncClient(headers=headers) as client:
            ours, hand = f"{ours_at}/api/v1/incidents/{INCIDENT}", f"{floor_at}/incidents/{INCIDENT}"
            said = [json.loads((await client.get(address)).text) for address in (ours, hand)]
            if said[0] != said[1]:
                raise SystemExit(f"the two do not say the same:\n{said[0]}\n{said[1]}")
            times = await interleaved({"REST": _get(client, ours), "by hand": _get(client, hand)}, rounds=rounds, warm_up=100)
    rows = [[name, f"{median(taken):.2f}", f"{percentile(taken, 0.95):.2f}"] for name, taken in times.items()]
    ratio = median(times["REST"]) / median(times["by hand"])
    print_table("GET one incident", ["", "median ms", "p95 ms"], [*rows, ["ratio", f"{ratio:.2f}", ""]])


def _get(client: httpx.AsyncClient, address: str) -> Call:
    async def call() -> None:
        (await client.get(address)).raise_for_status()

    return call


@asynccontextmanager
async def by_hand(town: Town) -> AsyncIterator[Starlette]:
    """The shortest honest endpoint: a pool, six statements in a read-only transaction, a dictionary, JSON."""
    async with asyncpg.create_pool(town.url, min_size=2, max_size=10) as pool:

        async def endpoint(request: Request) -> Response:
            incident_id = int(request.path_params["incident_id"])
            sha256 = hashlib.sha256(request.headers["authorization"].removeprefix("Bearer ").encode()).digest()
            async with pool.acquire() as connection, connection.transaction(readonly=True):
                who = await connection.fetchrow(WHO, sha256)
                if who is None:
                    return Response(status_code=401)
                row = await connection.fetchrow(ONE, town.region_id, incident_id)
                turns = await connection.fetch(TURNS, town.region_id, incident_id)
                answers = await connection.fetch(ANSWERS, town.region_id, incident_id)
                replies = await connection.fetch(REPLIES, town.region_id, incident_id)
                places = await connection.fetch(PLACES, town.region_id, incident_id)
                merged = await connection.fetchval(MERGED, town.region_id, incident_id)
            if answers or replies or places or merged:
                raise ValueError("the crowd has no answers, no replies, no places and no repetitions")
            body = orjson.dumps(shape(row, turns), option=orjson.OPT_UTC_Z)
            return Response(body, media_type="application/json", headers={"ETag": f'"{row["version"]}"'})

        yield Starlette(routes=[Route("/incidents/{incident_id:int}", endpoint)])


def shape(row: Any, turns: list[Any]) -> dict[str, Any]:
    """The same document that REST gives, for an incident of the crowd."""
    return {
        **{name: row[name] for name in ("id", "status", "kind", "topic", "urgent", "confidence")},
        "source": {
            "id": row["source_id"],
            "network": row["network"],
            "name": row["source_name"],
            "url": row["source_url"],
            "official": row["official"],
        },
        "message": {
            "id": row["message_id"],
            "network": row["network"],
            "url": row["m_url"],
            "text": row["m_text"],
            "author_name": row["m_author"],
            "published_at": row["m_published"],
            "collected_at": row["m_collected"],
            "edited_at": row["m_edited"],
            "deleted_at": row["m_deleted"],
            "erased_at": row["m_erased"],
        },
        **{name: row[name] for name in ("published_at", "collected_at", "opened_at", "assigned_at", "closed_at")},
        **{name: row[name] for name in ("first_answer_due_at", "first_answered_at")},
        "first_answer": None,
        "time_to_first_answer_seconds": seconds(turns),
        "overdue": row["waiting"] and row["first_answer_due_at"] < NOW,
        "substantive_answer_due_at": row["substantive_due_at"],
        "substantive_overdue": False,
        "authority": None if row["authority_id"] is None else {"id": row["authority_id"], "name": row["authority_name"]},
        "assignee": None if row["assignee_id"] is None else {"id": row["assignee_id"], "name": row["assignee_name"]},
        "territory": None
        if row["territory_id"] is None
        else {"id": row["territory_id"], "name": f"{row['g_type']} {row['g_name']}".strip()},
        "places": [],
        "parent_id": row["parent_id"],
        "merged": None,
        "version": row["version"],
        "turns": [turn_shape(turn) for turn in turns],
        "answers": [],
        "replies": [],
    }


def turn_shape(turn: Any) -> dict[str, Any]:
    return {
        "number": turn["number"],
        "state": state_of(turn),
        **{name: turn[name] for name in ("question_id", "started_at", "due_at", "urgent", "repeats", "acked_at", "moved_to_private_at")},
        "first_answer": stop_of(turn["first_answered_at"], turn["first_answer_id"], turn["first_answer_class"]),
        "substantive_answer": stop_of(turn["substantive_at"], turn["substantive_id"], turn["substantive_class"]),
        "substantive_due_at": turn["substantive_due_at"],
        "policy_id": turn["policy_id"],
        "withdrawn_at": turn["withdrawn_at"],
        "no_reply_at": turn["no_reply_at"],
        "flags": list(turn["flags"]),
        "parts": [] if turn["dismissed"] else parts_shape(turn),
    }


def parts_shape(turn: Any) -> list[dict[str, Any]]:
    """The crowd's questions were given to nobody: what passed until they were seen, and since."""
    seen_at, answered_at = turn["collected_at"], turn["first_answered_at"]
    return [part_shape("detect", turn["started_at"], seen_at, seen_at), part_shape("route", seen_at, answered_at or NOW, answered_at)]


def part_shape(name: str, since: datetime, until: datetime, ended_at: datetime | None) -> dict[str, Any]:
    return {
        "part": name,
        "authority": None,
        "started_at": since,
        "ended_at": ended_at,
        "seconds": (until - since).total_seconds(),
        "working_seconds": working_time_between(since, until, CALENDAR).total_seconds(),
    }


def stop_of(at: datetime | None, message_id: int | None, answer_class: str | None) -> dict[str, Any] | None:
    return None if at is None else {"message_id": message_id, "class": answer_class, "at": at}


def state_of(turn: Any) -> str:
    if turn["dismissed"]:
        return "not_required"
    if turn["first_answered_at"] is not None:
        return "answered_in_time" if turn["first_answered_at"] <= turn["due_at"] else "answered_late"
    return "unanswered_overdue" if turn["due_at"] < NOW else "open"


def seconds(turns: list[Any]) -> float | None:
    return next(((turn["first_answered_at"] - turn["started_at"]).total_seconds() for turn in turns if turn["first_answered_at"]), None)


if __name__ == "__main__":
    main()
