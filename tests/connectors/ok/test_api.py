"""How a call is written and what each error code means."""

import json
from pathlib import Path

import pytest

from connectors.ok.api import CODES, MEANINGS, Meaning, NoSuchMethod, WrongParameter, written_call
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
from tests.connectors.ok.recorded_answers import KEY, NOW, answer_to, document, names

SHARED_CODES = Path(__file__).resolve().parents[4] / "shared/reference/schemas/ok/ok_error_codes.json"
READING: dict[type[ConnectorError], str] = {
    SourceUnavailable: "1 2 30 31 9999",
    RateLimited: "7 8 9 511",
    QuotaExhausted: "11 26",
    AuthenticationFailed: "101 102 103 104 210 453 457 514",
    AccessDenied: "10 50 200 455 456 458",
    SourceGone: "106 140 160 300 700 702",
    ReplyRejected: "454",
    NoSuchMethod: "3",
    WrongParameter: "100",
    UnexpectedResponse: "4 220 451",
}
WRITING = READING | {ReplyRejected: "3 4 100 106 140 160 220 300 451 454 700 702"}
EXPECTED = [(name, error) for error, found in READING.items() for name in found.split()]
REJECTED = set(WRITING[ReplyRejected].split())
ACTIONS: dict[str, tuple[type[ConnectorError], ...]] = {
    "retry": (SourceUnavailable,),
    "backoff": (RateLimited,),
    "backoff_long": (RateLimited, QuotaExhausted),
    "token": (AuthenticationFailed, AccessDenied),
    "disable": (AccessDenied, SourceGone),
    "item": (SourceGone, ReplyRejected),
    "fix": (UnexpectedResponse,),
}


def refused(name: str, *, is_write: bool = False) -> ConnectorError:
    """The error that a recorded refusal becomes."""
    with pytest.raises(ConnectorError) as caught:
        answer_to("discussions.getComments", document(f"error_{name}"), is_write=is_write)
    return caught.value


@pytest.mark.parametrize(("name", "error"), EXPECTED)
def test_a_refused_read_becomes_the_error_that_says_what_to_do(name: str, error: type[ConnectorError]) -> None:
    assert type(refused(name)) is error


@pytest.mark.parametrize(("name", "error"), EXPECTED)
def test_a_refused_reply_is_a_rejection_unless_waiting_or_another_key_helps(name: str, error: type[ConnectorError]) -> None:
    assert type(refused(name, is_write=True)) is (ReplyRejected if name in REJECTED else error)


def test_a_blocked_address_is_told_from_a_key_that_calls_too_fast() -> None:
    told = {name: (error.address, error.too_fast) for name in ("7", "8", "9", "511") if isinstance(error := refused(name), RateLimited)}
    assert told == {"7": (False, False), "8": (False, True), "9": (True, False), "511": (True, False)}


def test_a_missing_right_is_told_from_a_closed_page() -> None:
    missing, closed = refused("200"), refused("455")
    assert isinstance(missing, AccessDenied)
    assert isinstance(closed, AccessDenied)
    assert missing.permanent > closed.permanent


def test_every_recorded_refusal_has_its_expected_error() -> None:
    assert {f"error_{name}" for name, _ in EXPECTED} == set(names("error_"))


@pytest.mark.skipif(not SHARED_CODES.is_file(), reason="OK's list of codes lies outside of the repository and is not here")
def test_every_code_that_ok_publishes_becomes_what_is_recommended_for_it() -> None:
    codes = json.loads(SHARED_CODES.read_text(encoding="utf-8"))["errors"]
    assert {entry["code"] for entry in codes} == set(MEANINGS)
    for entry in codes:
        with pytest.raises(ACTIONS[entry["action"]], match=f"OK error {entry['code']}: "):
            answer_to("discussions.getComments", {"error_code": entry["code"], "error_msg": entry["name"]})


def test_no_code_has_two_meanings() -> None:
    codes = [code for found in CODES.values() for code in found]
    assert len(codes) == len(set(codes)) == 71
    assert set(CODES) == set(Meaning)


def test_a_blocked_address_and_a_spent_limit_rest_for_a_quarter_of_an_hour() -> None:
    blocked, spent, flood = refused("9"), refused("11"), refused("8")
    assert isinstance(blocked, RateLimited)
    assert blocked.retry_after == 900
    assert isinstance(spent, QuotaExhausted)
    assert spent.until is not None
    assert (spent.until - NOW).total_seconds() == 900
    assert isinstance(flood, RateLimited)
    assert 60 <= flood.retry_after < 900


def test_a_rejected_reply_gives_the_networks_own_words() -> None:
    error = refused("454", is_write=True)
    assert isinstance(error, ReplyRejected)
    assert error.reason == "CENSOR_MATCH : Text contains forbidden words"


def test_a_secret_that_ok_repeats_is_struck_out() -> None:
    body = {"error_code": 104, "error_msg": "bad token-first\x00, signed with secret-first"}
    with pytest.raises(AuthenticationFailed, match=r"bad \[secret\], signed with \[secret\]$"):
        answer_to("url.getInfo", body)


@pytest.mark.parametrize("code", [987654, "?", None, True])
def test_an_unknown_code_is_unexpected_and_keeps_oks_words(code: object) -> None:
    with pytest.raises(UnexpectedResponse, match="Brand new"):
        answer_to("url.getInfo", {"error_code": code, "error_msg": "Brand new"})


def test_a_call_names_its_method_in_the_body_and_shows_no_secret() -> None:
    call = written_call("https://ok.invalid/", "mediatopic.getByIds", {"topic_ids": ["1", "2"], "media_limit": 3, "text": "а\x00б"}, KEY)
    assert call.url == "https://ok.invalid/fb.do"
    wanted = {"topic_ids": "1,2", "media_limit": "3", "text": "аб", "method": "mediatopic.getByIds", "format": "json"}
    assert call.form == wanted
    assert "first" not in repr(call) + str(call.form) + repr(vars(call.auth) if call.auth else "")
