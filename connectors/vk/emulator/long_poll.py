"""VK's long poll: leaves a call open until something has happened."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from connectors.vk.emulator.push import Pushes
from connectors.vk.emulator.world import World

LONGEST_WAIT = 90
LOOK_EVERY_SECONDS = 0.02


async def answer_long_poll(pushes: Pushes, group_id: int, query: Mapping[str, str], advance: Callable[[], World]) -> dict[str, Any]:
    """Events since `ts`, or why there are none: `failed` 1 (events gone), 2 (key old), 3 (nothing known of the community)."""
    advance()
    box = pushes.boxes.get(group_id)
    if box is None or not box.is_enabled or query.get("act") != "a_check":
        return {"failed": 3}
    if query.get("key") != box.key:
        return {"failed": 2}
    ts = int(query["ts"]) if query.get("ts", "").isdecimal() else 0
    if not box.first <= ts <= box.ts:
        return {"failed": 1, "ts": box.ts}
    seconds = min(int(query.get("wait", "25")), LONGEST_WAIT)
    for _ in range(int(seconds / LOOK_EVERY_SECONDS)):
        if box.ts > ts:
            break
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        advance()
    return {"ts": str(box.ts), "updates": box.since(ts)}
