"""Delivers pushed events to callback servers: confirmation first, repeats until the address says `ok`."""

from datetime import datetime, timedelta

import httpx

from connectors.vk.emulator.push import Delivery, Pushes

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=30)
FAILURES_UNTIL_SWITCHED_OFF = 50
POSTPONING = frozenset({410, 429, 503})
LONGEST_POSTPONEMENT = timedelta(hours=3)


async def deliver_due(pushes: Pushes, client: httpx.AsyncClient, now: datetime) -> int:
    """Sends what is due by the world's clock, in order; how many deliveries were accepted."""
    due = sorted((one for one in pushes.deliveries if one.due_at <= now), key=lambda one: one.due_at)
    accepted = 0
    for delivery in due:
        if delivery not in pushes.deliveries:
            continue
        if await _deliver(pushes, delivery, client, now):
            pushes.deliveries.remove(delivery)
            accepted += 1
    return accepted


async def _deliver(pushes: Pushes, delivery: Delivery, client: httpx.AsyncClient, now: datetime) -> bool:
    server, envelope = delivery.server, delivery.envelope
    is_confirmation = envelope["type"] == "confirmation"
    body = envelope | ({"secret": server.secret} if server.secret and not is_confirmation else {})
    headers = {"X-Retry-Counter": str(delivery.attempts)} if delivery.attempts else {}
    try:
        answer = await client.post(server.url, json=body, headers=headers, timeout=10)
    except httpx.HTTPError:
        answer = httpx.Response(599)
    wanted = pushes.code(envelope["group_id"]) if is_confirmation else "ok"
    if answer.status_code == 200 and answer.text.strip() == wanted:
        server.status, server.failures = "ok", 0
        return True
    _postpone(delivery, answer, now)
    return False


def _postpone(delivery: Delivery, answer: httpx.Response, now: datetime) -> None:
    """Tries again after a pause that grows, or after the one that the address asks for."""
    delivery.attempts += 1
    delivery.server.failures += 1
    pause = min(FIRST_PAUSE * 2 ** min(delivery.attempts - 1, 12), LONGEST_PAUSE)
    asked = answer.headers.get("retry-after", "")
    if answer.status_code in POSTPONING and asked.isdecimal():
        pause = min(timedelta(seconds=int(asked)), LONGEST_POSTPONEMENT)
    delivery.due_at = now + pause
    if delivery.server.failures >= FAILURES_UNTIL_SWITCHED_OFF:
        delivery.server.status = "failed"
