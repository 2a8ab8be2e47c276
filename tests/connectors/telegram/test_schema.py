"""The emulator's answers and our calls against the machine-readable description of the Bot API, where that lies beside the project."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from connectors.telegram.api import WRITING
from connectors.telegram.schemas import KINDS
from connectors.telegram.settings import UPDATES
from tests.connectors.telegram.telegram_world import ANNA, BOT, CITY, WALL, at, comment, post, telegram_world

SHARED = Path(os.environ.get("OTKLIK_REFERENCE_DIR", Path(__file__).parents[4] / "shared" / "reference"))
TYPES = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": float}


@pytest.fixture(scope="module")
def api() -> Any:
    file = SHARED / "schemas" / "telegram" / "api.json"
    if not file.exists():
        pytest.skip(f"no description of the Bot API at {file}: OTKLIK_REFERENCE_DIR names the folder that holds it")
    return json.loads(file.read_text())


def faults_of(api: Any, value: Any, kinds: list[str], place: str) -> list[str]:
    """What does not fit any of the types."""
    found = [faults_of_one(api, value, kind, place) for kind in kinds]
    return [] if any(not faults for faults in found) else min(found, key=len)


def faults_of_one(api: Any, value: Any, kind: str, place: str) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{place} is no list"]
        return [fault for one in value for fault in faults_of(api, one, [kind.removeprefix("Array of ")], place)]
    if kind in TYPES:
        return [] if type(value) is TYPES[kind] else [f"{place} is no {kind}"]
    about = api["types"][kind]
    if about.get("subtypes"):
        return faults_of(api, value, about["subtypes"], place)
    if not isinstance(value, dict):
        return [f"{place} is no {kind}"]
    fields = {field["name"]: field for field in about.get("fields", [])}
    faults = [f"{place}.{name} is unknown to {kind}" for name in value if name not in fields]
    faults += [f"{place}.{name} is missing in {kind}" for name, field in fields.items() if field["required"] and name not in value]
    return faults + [f for name in value if name in fields for f in faults_of(api, value[name], fields[name]["types"], f"{place}.{name}")]


async def test_every_update_that_the_emulator_makes_is_one_of_the_bot_api(api: Any) -> None:
    town = [
        post("post", 10, edits=((at(15), "Исправлено"),)),
        comment("asked", 11, attachments=("photo",)),
        comment("r", 12, reply_to_key="asked"),
    ]
    async with telegram_world([*town, comment("answer", 13, author_id=-CITY, reply_to_key="r")]) as world, world.connector() as connector:
        world.moment = at(20)
        world.emulator.write_privately(BOT, ANNA, "Здравствуйте")
        updates = [update for _, update in world.bot.waiting]
        assert await connector.push_trouble(WALL, None) == ""
        sent = dict(world.emulator.room(CITY)[world.emulator.ids["asked"]])
    assert {next(kind for kind in update if kind != "update_id") for update in updates} == set(UPDATES)
    assert [fault for update in updates for fault in faults_of(api, update, ["Update"], "update")] == []
    assert faults_of(api, sent, ["Message"], "message") == []
    assert faults_of(api, {**sent, "message_id": "1", "made_up": 1}, ["Message"], "message"), "what does not fit is noticed"


def test_the_examples_made_from_the_documentation_are_read_and_fit(api: Any) -> None:
    files = sorted((SHARED / "recorded" / "constructed").glob("telegram_*.json"))
    assert files
    for file in files:
        document = json.loads(file.read_text())
        if "update_id" in document:
            assert faults_of(api, document, ["Update"], file.name) == []


def test_all_that_is_asked_and_read_is_known_to_the_bot_api(api: Any) -> None:
    fields = {field["name"] for field in api["types"]["Message"]["fields"]}
    assert set(KINDS) <= fields
    assert set(UPDATES) <= {field["name"] for field in api["types"]["Update"]["fields"]}
    asked = {
        WRITING: {"chat_id", "text", "reply_parameters"},
        "setWebhook": {"url", "secret_token", "allowed_updates", "max_connections", "drop_pending_updates"},
        "deleteWebhook": {"drop_pending_updates"},
        "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
        "getChat": {"chat_id"},
        "getChatMember": {"chat_id", "user_id"},
        "getChatMemberCount": {"chat_id"},
        "getMe": set(),
        "getWebhookInfo": set(),
    }
    for method, parameters in asked.items():
        assert parameters <= {field["name"] for field in api["methods"][method].get("fields", [])}, method
    about = {field["name"] for field in api["types"]["ReplyParameters"]["fields"]}
    assert {"message_id", "allow_sending_without_reply"} <= about
