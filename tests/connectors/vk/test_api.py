"""How a call is written and what each error code means."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    ReplyRejected,
    SourceGone,
    SourceUnavailable,
    UnexpectedResponse,
)
from connectors.vk.api import CODES, FOREIGN, CommentsHidden, Meaning, meaning_of, written_call
from tests.connectors.vk.recorded_answers import KEY, NOW, answer_to, document, names

SHARED_CODES = Path(__file__).resolve().parents[4] / "shared/reference/schemas/vk/vk_error_codes.json"
READING: dict[type[ConnectorError], str] = {
    SourceUnavailable: "1 10 36 43",
    RateLimited: "6 9 32 223",
    QuotaExhausted: "29 103",
    AuthenticationFailed: "2 5 14 17 24 25 38 101 3300 3301 3302 3303 3304",
    AccessDenied: "7 15 15_1133 15_1134 27 28 200 204 210 211",
    CommentsHidden: "212 801",
    SourceGone: "15_no_post 18 19 30 37 39 40 100_no_owner 104 113 125 203 260",
    ReplyRejected: "213 214 222 900 901 902 914",
    UnexpectedResponse: "3 8 20 23 34 100",
}
EXPECTED = [(name, error) for error, found in READING.items() for name in found.split()]
WRITING: dict[type[ConnectorError], str] = {
    SourceUnavailable: "1 10 36 43",
    RateLimited: "6 9 32 223",
    QuotaExhausted: "29 103",
    AuthenticationFailed: "2 5 38 101",
    AccessDenied: "7 15 15_1133 27 28",
    ReplyRejected: "3 8 18 40 100 100_no_owner 104 15_no_post 203 212 213 214 222",
}


def refused(name: str, method: str = "wall.get") -> ConnectorError:
    """The error that a recorded refusal becomes."""
    with pytest.raises(ConnectorError) as caught:
        answer_to(method, document(f"error_{name}"))
    return caught.value


@pytest.mark.parametrize(("name", "error"), EXPECTED)
def test_a_refused_read_becomes_the_error_that_says_what_to_do(name: str, error: type[ConnectorError]) -> None:
    assert type(refused(name)) is error


@pytest.mark.parametrize(("name", "error"), [(name, error) for error, found in WRITING.items() for name in found.split()])
def test_a_refused_reply_is_shown_to_the_operator_unless_waiting_or_another_key_helps(name: str, error: type[ConnectorError]) -> None:
    assert type(refused(name, "wall.createComment")) is error


def test_every_recorded_refusal_has_its_expected_error() -> None:
    assert {f"error_{name}" for name, _ in EXPECTED} == set(names("error_"))


@pytest.mark.parametrize("name", ["7", "27", "28", "15_1133", "15_1134"])
def test_a_wrong_kind_of_key_is_told_from_a_closed_page(name: str) -> None:
    error = refused(name)
    assert isinstance(error, AccessDenied)
    assert error.permanent
    closed = refused("15")
    assert isinstance(closed, AccessDenied)
    assert not closed.permanent


def test_a_spent_quota_says_the_method_and_when_to_try_again() -> None:
    error = refused("29")
    assert isinstance(error, QuotaExhausted)
    assert error.method == "wall.get"
    assert error.until is not None
    assert error.until > NOW


def test_a_flood_is_a_matter_of_minutes_and_too_many_calls_of_a_second() -> None:
    flood, fast = refused("9"), refused("6")
    assert isinstance(flood, RateLimited)
    assert isinstance(fast, RateLimited)
    assert flood.retry_after >= 60 > 5 > fast.retry_after
    assert fast.too_fast > flood.too_fast


def test_a_key_that_waits_for_a_human_may_come_back_and_a_dead_one_may_not() -> None:
    waiting, dead = refused("14"), refused("5")
    assert isinstance(waiting, AuthenticationFailed)
    assert isinstance(dead, AuthenticationFailed)
    assert (waiting.retry_after, dead.retry_after) == (3600, None)


def test_a_rejected_reply_gives_the_networks_own_words() -> None:
    error = refused("222", "wall.createComment")
    assert isinstance(error, ReplyRejected)
    assert error.reason == "Hyperlinks are forbidden"


def test_an_error_names_method_and_code_but_no_echoed_parameter() -> None:
    text = str(refused("5"))
    assert "wall.get" in text
    assert "VK error 5" in text
    assert KEY.secret not in text + repr(refused("5"))


def test_an_echoed_key_is_struck_out_of_vks_own_words() -> None:
    body = {"error": {"error_code": 5, "error_msg": f"bad token {KEY.secret}\x00"}}
    with pytest.raises(AuthenticationFailed, match=r"bad token \[secret\]$"):
        answer_to("wall.get", body)


@pytest.mark.parametrize("code", [987654, "?", None, True])
def test_an_unknown_code_is_unexpected_and_keeps_vks_words(code: object) -> None:
    with pytest.raises(UnexpectedResponse, match="Brand new"):
        answer_to("wall.get", {"error": {"error_code": code, "error_msg": "Brand new"}})


@pytest.mark.parametrize("body", [[], {}, None, "text", 5, {"error": "text"}, {"execute_errors": []}])
def test_a_document_without_response_and_error_is_unexpected(body: object) -> None:
    with pytest.raises(UnexpectedResponse):
        answer_to("wall.get", body)


@pytest.mark.skipif(not SHARED_CODES.is_file(), reason="VK's list of codes lies outside of the repository and is not here")
def test_every_code_that_vk_publishes_has_a_meaning() -> None:
    codes = json.loads(SHARED_CODES.read_text(encoding="utf-8"))["errors"]
    assert not [code for code in codes if meaning_of(int(code)) is None]


def test_no_code_has_two_meanings() -> None:
    codes = [code for found in CODES.values() for code in found]
    assert len(codes) == len(set(codes))
    assert not [code for code in codes if any(code in foreign for foreign in FOREIGN)]
    assert set(CODES) == set(Meaning)


def test_a_call_carries_version_language_and_parameters_in_its_body_only() -> None:
    call = written_call("https://vk.invalid/", "wall.getById", {"posts": ["-1_2", "-1_3"], "extended": 1, "message": "а\x00б"}, KEY)
    assert call.url == "https://vk.invalid/method/wall.getById"
    assert not urlsplit(call.url).query
    assert call.form == {"posts": "-1_2,-1_3", "extended": "1", "message": "аб", "v": "5.199", "lang": "ru"}
    assert not call.multipart
    assert not re.search(KEY.secret, repr(call) + str(call.form))


def test_a_long_body_goes_in_parts() -> None:
    assert written_call("https://vk.invalid", "wall.createComment", {"message": "ответ " * 300}, KEY).multipart
