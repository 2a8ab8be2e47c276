"""Addresses inside the console that come back from a browser, and so may be anybody's."""

import re

LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")
LONGEST = 2000


def local_address(address: str | None) -> str:
    """The address if it is a path of ours, else the queue."""
    return address if address and len(address) <= LONGEST and LOCAL.fullmatch(address) else "/"
