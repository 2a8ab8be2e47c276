"""The signature by OK's rule, against published examples, our own and any parameters; and the secret it is made with."""

import json
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.ok.emulator.keys import expected_signature
from connectors.ok.signature import SignedForm, fault_of, read_key, session_secret, signature
from connectors.sdk.contract import Credential
from connectors.sdk.errors import AuthenticationFailed
from tests.connectors.ok.ok_world import FIRST

SHARED = Path(__file__).resolve().parents[4] / "shared/reference/recorded/ok/signature_vectors.json"
OWN = [
    ({"application_key": "CBAFJIICABABABABA", "method": "url.getInfo", "format": "json"}, "s3cret", "6cbee4554aec268628db93238f20e7e1"),
    ({"text": "Ёж & код = 1+1", "a": ""}, "ключ", "ec14fb721985204498cfb4beb7f4366e"),
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8).filter(lambda name: name != "sig")
PARAMETERS = st.dictionaries(NAMES, TEXTS, max_size=6)


def credential(secret: str) -> Credential:
    return Credential("ok_app", "the region's key", secret)


@pytest.mark.skipif(not SHARED.is_file(), reason="the published examples lie outside of the repository and are not here")
def test_the_published_examples_come_out() -> None:
    for vector in json.loads(SHARED.read_text(encoding="utf-8"))["vectors"]:
        is_legacy = "session_key" in vector["params"]
        unsigned = frozenset({"access_token"}) if is_legacy else frozenset({"access_token", "session_key"})
        secret = vector.get("secret") or session_secret(vector["access_token"], vector["application_secret_key"])
        assert secret == vector.get("session_secret_key", secret)
        assert signature(vector["params"], secret, unsigned=unsigned) == vector["sig"], vector["mode"]


@pytest.mark.parametrize(("parameters", "secret", "expected"), OWN)
def test_our_own_examples_come_out(parameters: dict[str, str], secret: str, expected: str) -> None:
    assert signature(parameters, secret) == expected


@given(PARAMETERS, TEXTS)
def test_the_order_of_the_parameters_does_not_matter_and_each_value_does(parameters: dict[str, str], secret: str) -> None:
    shuffled = dict(reversed(parameters.items()))
    assert signature(shuffled, secret) == signature(parameters, secret)
    for name in parameters:
        assert signature({**parameters, name: parameters[name] + "!"}, secret) != signature(parameters, secret)


@given(PARAMETERS, TEXTS, TEXTS, TEXTS)
def test_token_and_session_are_never_signed(parameters: dict[str, str], secret: str, token: str, session: str) -> None:
    with_both = {**parameters, "access_token": token, "session_key": session}
    assert signature(with_both, secret) == signature(parameters, secret)


@given(PARAMETERS)
def test_the_body_that_is_sent_bears_the_signature_that_ok_expects(parameters: dict[str, str]) -> None:
    form = SignedForm(credential(FIRST), parameters)
    kept: dict[str, Any] = {"headers": {"X-Kept": "1"}, "extensions": {"timeout": {"read": 3}}}
    unsigned = httpx.Request("POST", "https://ok.invalid/fb.do", data=parameters, **kept)
    request = next(form.auth_flow(unsigned))
    sent = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
    assert sent.pop("sig") == expected_signature(sent, "secret-first")
    assert sent == {**parameters, "application_key": "the-application", "access_token": "token-first"}
    assert (request.headers["X-Kept"], request.extensions) == ("1", {"timeout": {"read": 3}})
    assert request.headers["Content-Length"] == str(len(request.content))


def test_a_key_is_read_from_its_json_object() -> None:
    key = read_key(credential(FIRST))
    assert (key.application_key, key.access_token, key.session_secret_key) == ("the-application", "token-first", "secret-first")
    assert "first" not in repr(key)


def test_the_secret_of_the_session_is_derived_from_that_of_the_application() -> None:
    secret = json.dumps({"application_key": "A", "access_token": "access token", "application_secret_key": "app secret key"})
    assert read_key(credential(secret)).session_secret_key == session_secret("access token", "app secret key")


@pytest.mark.parametrize(
    ("secret", "complaint"),
    [
        ("tkn1secretsecret", "no JSON object"),
        ("", "no JSON object"),
        ('["secretsecret"]', "no JSON object"),
        ("{}", "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ('{"access_token": "secretsecret", "application_key": 5}', "lacks application_key, session_secret_key"),
        ('{"access_token": " ", "application_key": "A", "session_secret_key": "secretsecret"}', "lacks access_token"),
        ('{"access_token": "secretsécret", "application_key": "A", "session_secret_key": "s"}', "no key has, in access_token"),
    ],
)
def test_a_malformed_secret_says_what_is_wrong_and_shows_nothing(secret: str, complaint: str) -> None:
    assert complaint in fault_of(secret)
    with pytest.raises(AuthenticationFailed, match=r"the region's key.*has the form") as caught:
        read_key(credential(secret))
    ours = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__) if frame.f_globals["__name__"].startswith("connectors.")]
    assert ours
    assert "secretsecret" not in repr([frame.f_locals for frame in ours]) + str(caught.value)
