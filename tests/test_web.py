"""How web listens, and whom it believes."""

import re

import pytest
from starlette.types import Receive, Scope, Send

from app.bootstrap import CannotStart
from app.main import LARGEST_BODY
from app.settings import Settings
from app.web import bind, server_config
from tests.architecture.tree import ROOT

TRUSTED = str(Settings.model_fields["trusted_proxies"].default)


@pytest.mark.parametrize(
    ("trusted", "proxy", "seen"),
    [
        (TRUSTED, "127.0.0.1", ("https", "198.51.100.7")),
        (TRUSTED, "172.18.0.1", ("http", "172.18.0.1")),
        ("127.0.0.1,172.16.0.0/12", "172.18.0.1", ("https", "198.51.100.7")),
    ],
)
async def test_only_trusted_proxies_are_believed_who_is_behind_them(trusted: str, proxy: str, seen: tuple[str, str]) -> None:
    found = []

    async def remember(scope: Scope, receive: Receive, send: Send) -> None:
        found.append((scope["scheme"], scope["client"][0]))

    config = server_config(remember, trusted_proxies=trusted)
    config.load()
    headers = [(b"x-forwarded-proto", b"https"), (b"x-forwarded-for", b"198.51.100.7")]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "scheme": "http", "client": (proxy, 1), "headers": headers}
    await config.loaded_app(scope, None, None)

    assert found == [seen]


def test_an_address_of_another_machine_is_told_apart_from_a_taken_port() -> None:
    with bind("127.0.0.1", 0) as first, pytest.raises(CannotStart, match="set OTKLIK_PORT"):
        bind("127.0.0.1", first.getsockname()[1])
    with pytest.raises(CannotStart, match="set OTKLIK_HOST to an address of this machine"):
        bind("203.0.113.1", 0)


def test_the_documented_proxy_refuses_what_is_too_long_itself() -> None:
    """Else it would be cut off while it still sends, and tell 502 instead of 413."""
    (kilobytes,) = re.findall(r"client_max_body_size (\d+)k;", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    assert LARGEST_BODY - 1024 < int(kilobytes) * 1024 <= LARGEST_BODY
