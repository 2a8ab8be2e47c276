"""What events tell: by the recorded ones, where they lie beside the project, by what is like them, and by odd ones; pure."""

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.sdk.contract import Message, PushedChange, PushedNews
from connectors.sdk.errors import AuthenticationFailed, UnexpectedResponse
from connectors.viber.account import BotPage, read_signing_secret, signing_secret
from connectors.viber.events import parse_event, read_event

SHARED = Path(os.environ.get("OTKLIK_REFERENCE_DIR", Path(__file__).parents[4] / "shared" / "reference"))
TOKEN = "0f1e2d3c4b5a6978-8796a5b4c3d2e1f0-1122334455667788"
PAGE = BotPage("pa:5925429953186752300", "zarechny")
SECRET = signing_secret(PAGE, TOKEN)
NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
ANNA = {"id": "k7Yq+/ZtT1mC0w8sVb3nXA==", "name": "Анна", "avatar": "https://m/a", "country": "RU", "language": "ru", "api_version": 10}
NUMBER = 5912661846655238145


def signed(body: bytes, token: str = TOKEN) -> dict[str, str]:
    return {"x-viber-content-signature": hmac.new(token.encode(), body, hashlib.sha256).hexdigest()}


def event(**fields: Any) -> dict[str, Any]:
    told = {
        "event": "message",
        "timestamp": 1767268800123,
        "chat_hostname": "SN-1_",
        "message_token": NUMBER,
        "sender": ANNA,
        "silent": False,
    }
    return told | {"message": {"type": "text", "text": "Когда починят дорогу?", "tracking_data": "x"}} | fields


def told(**fields: Any) -> PushedNews | None:
    body = json.dumps(event(**fields)).encode()
    return read_event(parse_event(signed(body), body, secret=SECRET).raw, received_at=NOW)


def message(**said: Any) -> Message:
    news = told(message=said)
    assert news is not None
    return news.message


def recorded(name: str) -> Any:
    file = SHARED / "recorded" / "viber" / f"{name}.json"
    if not file.exists():
        pytest.skip(f"no recorded events of Viber at {file}: OTKLIK_REFERENCE_DIR names the folder that holds them")
    return json.loads(file.read_text())


def test_a_message_is_a_private_one_and_its_number_is_kept_to_the_last_digit() -> None:
    news = told()
    assert news is not None
    said = news.message
    assert (said.type.value, said.external_id, said.post_id, said.text) == (
        "direct",
        "5912661846655238145",
        "direct:k7Yq+/ZtT1mC0w8sVb3nXA==",
        "Когда починят дорогу?",
    )
    assert said.published_at == datetime(2026, 1, 1, 12, 0, 0, 123000, tzinfo=UTC)
    assert said.author is not None
    assert (said.author.external_id, said.author.name, said.wall.external_id) == (ANNA["id"], "Анна", PAGE.id)
    assert said.url == "https://chats.viber.com/zarechny?direct=5912661846655238145"


def test_a_number_written_as_text_is_the_same_event() -> None:
    number, text = (json.dumps(event(message_token=token)).encode() for token in (NUMBER, str(NUMBER)))
    assert [parse_event(signed(body), body, secret=SECRET).event_id for body in (number, text)] == [f"message:{NUMBER}"] * 2


def test_nothing_of_a_person_is_kept_but_id_and_name() -> None:
    body = json.dumps(
        event(message={"type": "contact", "contact": {"name": "Борис", "phone_number": "+79990000000"}, "media": "https://m/p"})
    ).encode()
    raw = parse_event(signed(body), body, secret=SECRET).raw
    kept = json.loads(raw)["event"]
    assert kept == {
        "event": "message",
        "timestamp": 1767268800123,
        "message_token": str(NUMBER),
        "sender": {"id": ANNA["id"], "name": "Анна"},
        "message": {"type": "contact", "text": ""},
    }


@pytest.mark.parametrize("kind", ["webhook", "subscribed", "unsubscribed", "conversation_started", "delivered", "seen", "action"])
def test_who_comes_goes_and_reads_is_taken_and_forgotten(kind: str) -> None:
    body = json.dumps({"event": kind, "timestamp": 1, "message_token": "7", "user_id": ANNA["id"], "user": ANNA}).encode()
    taken = parse_event(signed(body), body, secret=SECRET)
    assert taken.event_id == f"{kind}:7"
    assert json.loads(taken.raw)["event"] == {"event": kind}
    assert read_event(taken.raw, received_at=NOW) is None


@pytest.mark.parametrize(
    ("said", "text", "kinds"),
    [
        ({"type": "picture", "text": "Яма", "media": "https://m/p", "thumbnail": "https://m/t"}, "Яма", ("picture",)),
        ({"type": "video", "media": "https://m/v", "duration": 5}, "", ("video",)),
        ({"type": "file", "media": "https://m/f", "file_name": "жалоба.pdf", "size": 5}, "", ("file",)),
        ({"type": "location", "location": {"lat": 57.1, "lon": 40.2}}, "", ("location",)),
        ({"type": "sticker", "sticker_id": 40111}, "", ("sticker",)),
        ({"type": "url", "media": "https://example.ru/yama"}, "https://example.ru/yama", ("url",)),
        ({"type": "url", "text": "Смотрите", "media": "https://example.ru/yama"}, "Смотрите", ("url",)),
        ({"type": "rich_media"}, "", ("rich_media",)),
        ({"type": "Что-то новое", "text": "Слова"}, "Слова", ("attachment",)),
    ],
)
def test_words_are_kept_and_what_is_attached_is_a_kind(said: dict[str, Any], text: str, kinds: tuple[str, ...]) -> None:
    found = message(**said)
    assert (found.text, found.attachments) == (text, kinds)


def test_a_person_without_a_name_and_a_moment_that_is_none() -> None:
    news = told(sender={"id": "A="}, timestamp=4977069964384421269)
    assert news is not None
    assert news.message.author is not None
    assert (news.message.author.name, news.message.published_at) == (None, NOW)
    assert told(message={"type": "text", "text": ""}) is None


def test_a_failure_is_that_of_our_message() -> None:
    body = json.dumps(
        {"event": "failed", "timestamp": 1767268800123, "message_token": NUMBER, "user_id": "A=", "desc": "no device"}
    ).encode()
    news = read_event(parse_event(signed(body), body, secret=SECRET).raw, received_at=NOW)
    assert news is not None
    assert (news.change, news.reason) == (PushedChange.UNDELIVERED, "no device")
    assert (news.message.external_id, news.message.post_id, news.message.deleted) == (str(NUMBER), "direct:A=", True)


@pytest.mark.parametrize(
    "fields",
    [{"sender": {}}, {"sender": None}, {"sender": {"id": "a b"}}, {"message": None}, {"message": {"text": "x"}}, {"message_token": None}],
    ids=["no id", "no sender", "odd id", "no message", "no type", "no number"],
)
def test_a_message_that_cannot_be_read_is_taken_and_said_to_be_unexpected(fields: dict[str, Any]) -> None:
    body = json.dumps(event(**fields)).encode()
    taken = parse_event(signed(body), body, secret=SECRET)
    assert taken.event_id.startswith("message:")
    with pytest.raises(UnexpectedResponse, match=r"event message cannot be read"):
        read_event(taken.raw, received_at=NOW)


@pytest.mark.parametrize(
    "header",
    [{}, {"x-viber-content-signature": ""}, {"x-viber-content-signature": "ключ"}, signed(b"other"), signed(b"{}", "another")],
    ids=["none", "empty", "no hex", "of another body", "of another bot"],
)
def test_what_the_bot_has_not_signed_is_refused(header: dict[str, str]) -> None:
    with pytest.raises(AuthenticationFailed):
        parse_event(header, b"{}", secret=SECRET)


@pytest.mark.parametrize("secret", ["", "x", "pa:1 zarechny", "pa:1 zarechny ", f"?? zarechny {TOKEN}"])
def test_a_secret_that_holds_no_token_admits_nothing(secret: str) -> None:
    assert read_signing_secret(secret) is None
    for header in ({}, signed(b"{}", ""), signed(b"{}")):
        with pytest.raises(AuthenticationFailed):
            parse_event(header, b"{}", secret=secret)


def test_the_signature_is_that_of_the_bytes_not_of_what_they_say() -> None:
    body = json.dumps(event()).encode()
    spaced = json.dumps(event(), indent=1).encode()
    assert parse_event(signed(body), body, secret=SECRET).event_id
    with pytest.raises(AuthenticationFailed):
        parse_event(signed(body), spaced, secret=SECRET)


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff", b"null", b"[" * 5000])
def test_what_is_signed_and_no_event_is_said_to_be_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        parse_event(signed(body), body, secret=SECRET)


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"page":{"id":"pa:1"}', b'{"page":{"id":""},"event":{}}'])
def test_what_is_not_kept_as_we_keep_it_is_said_to_be_unexpected(raw: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        read_event(raw, received_at=NOW)


def test_the_recorded_signature_is_the_one_we_compute() -> None:
    vector = recorded("signature_vector")
    body, token = vector["raw_body"].encode(), vector["auth_token"]
    headers = {"x-viber-content-signature": vector["X-Viber-Content-Signature"]}
    assert parse_event(headers, body, secret=signing_secret(PAGE, token)).event_id.startswith("webhook:")


@pytest.mark.parametrize("name", ["event_message", "event_failed", "event_conversation_started"])
def test_recorded_events_are_read(name: str) -> None:
    document = recorded(name)
    body = json.dumps(document).encode()
    taken = parse_event(signed(body), body, secret=SECRET)
    news = read_event(taken.raw, received_at=NOW)
    assert taken.event_id == f"{document['event']}:{document['message_token']}"
    assert (news is None) == (document["event"] == "conversation_started")
    assert b"avatar" not in taken.raw
    if news is not None:
        assert news.message.external_id == str(document["message_token"])
        assert news.message.published_at == datetime.fromtimestamp(document["timestamp"] / 1000, UTC)
