"""OK's signature, and the credential that it is made with (apiok.ru, "Methods": how a call is signed)."""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from hashlib import md5

import httpx

from connectors.sdk.contract import Credential
from connectors.sdk.errors import AuthenticationFailed

UNSIGNED = frozenset({"session_key", "access_token", "sig"})
SHAPE = '{"application_key": "…", "access_token": "…", "session_secret_key": "…"}'
REPLACED_BY_BODY = frozenset({"content-length", "content-type"})


@dataclass(frozen=True, slots=True)
class OkKey:
    """What a call needs: the application's public key, the token, and the secret that signs for the token's session."""

    application_key: str
    access_token: str = field(repr=False)
    session_secret_key: str = field(repr=False)


def signature(parameters: Mapping[str, str], secret: str, *, unsigned: frozenset[str] = UNSIGNED) -> str:
    """MD5 in lower hex over the sorted `name=value`, values as they are (not encoded for an address), and the secret."""
    signed = "".join(f"{name}={value}" for name, value in sorted(parameters.items()) if name not in unsigned)
    return hexadecimal(signed + secret)


def session_secret(access_token: str, application_secret_key: str) -> str:
    """The secret of a token's session, for applications that hold their own secret key instead."""
    return hexadecimal(access_token + application_secret_key)


def hexadecimal(text: str) -> str:
    """MD5 as OK asks for it: it guards against mistakes of the caller, secrecy comes from TLS."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def read_key(credential: Credential) -> OkKey:
    """The key in the credential's secret, a JSON object; `AuthenticationFailed` says what is wrong with it, never what is in it."""
    # The secret is read in frames that have ended when the error rises, as some log formatters print variables of frames.
    if complaint := fault_of(credential.secret):
        raise AuthenticationFailed(f"the key {credential.name!r} {complaint}; its secret has the form {SHAPE}")
    return key_of(_fields(credential.secret))


def fault_of(secret: str) -> str:
    """What is wrong with the text of a secret, "" when it is a key."""
    fields = _fields(secret)
    if not fields:
        return "is no JSON object with texts in it"
    key = key_of(fields)
    given = {"application_key": key.application_key, "access_token": key.access_token, "session_secret_key": key.session_secret_key}
    if missing := [name for name, value in given.items() if not value]:
        return f"lacks {', '.join(missing)}"
    odd = [name for name, value in given.items() if not (value.isascii() and value.isprintable())]
    return f"holds characters that no key has, in {', '.join(odd)}" if odd else ""


def key_of(fields: Mapping[str, str]) -> OkKey:
    """The key as given; without the session's secret it is derived from the application's."""
    access_token, application_secret = fields.get("access_token", ""), fields.get("application_secret_key", "")
    derived = session_secret(access_token, application_secret) if access_token and application_secret else ""
    return OkKey(fields.get("application_key", ""), access_token, fields.get("session_secret_key", "") or derived)


def _fields(secret: str) -> Mapping[str, str]:
    """The texts of the JSON object, empty for anything else."""
    try:
        fields = json.loads(secret)
    except (ValueError, RecursionError):
        return {}
    return {name: value.strip() for name, value in fields.items() if isinstance(value, str)} if isinstance(fields, dict) else {}


class SignedForm(httpx.Auth):
    """Writes the body of a call with token and signature at the last moment, so that no variable and no `repr` ever holds them."""

    def __init__(self, credential: Credential, parameters: Mapping[str, str]) -> None:
        self._credential = credential
        self._parameters = parameters

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        headers = [(name, value) for name, value in request.headers.multi_items() if name not in REPLACED_BY_BODY]
        yield httpx.Request(request.method, request.url, headers=headers, data=self._signed(), extensions=request.extensions)

    def _signed(self) -> dict[str, str]:
        key = read_key(self._credential)
        parameters = {**self._parameters, "application_key": key.application_key}
        return {**parameters, "access_token": key.access_token, "sig": signature(parameters, key.session_secret_key)}
