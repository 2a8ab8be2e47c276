"""A browser without a screen: keeps cookies, fills forms in as they stand on the last page, follows where it is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

import httpx

PASSWORD = "белые-ночи-47"
HIDDEN = re.compile(r'<input type="hidden" name="csrf_token" value="([^"]*)">')
TAGS = re.compile(r"<[^>]+>")


@dataclass(slots=True)
class Browser:
    """One person at one machine."""

    client: httpx.AsyncClient
    page: httpx.Response = field(default_factory=lambda: httpx.Response(204))

    async def open(self, address: str, **headers: str) -> httpx.Response:
        """Goes to an address."""
        self.page = await self.client.get(address, headers=headers, follow_redirects=True)
        return self.page

    async def see(self, address: str) -> str:
        """What a page shows. Where something must *not* stand is looked for with this: a page of an error holds nothing of it either."""
        await self.open(address)
        assert self.page.status_code == 200, f"{address}: {self.page.status_code} {words(self.page.text)}"
        return self.page.text

    async def send(self, address: str, **fields: object) -> httpx.Response:
        """Sends a form with the token that stands on the last page, unless another is given; the answer is not followed."""
        return await self.send_many(address, fields)

    async def send_many(self, address: str, fields: Mapping[str, object]) -> httpx.Response:
        """The same of a form in which a field can stand several times."""
        found = HIDDEN.search(self.page.text)
        token = {"csrf_token": found.group(1)} if found else {}
        given = {**token, **fields}
        values = {name: [str(one) for one in value] if isinstance(value, list) else str(value) for name, value in given.items()}
        return await self.client.post(address, data=values)

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """Signs in by the form."""
        await self.open("/login")
        answer = await self.send("/login", login=login, password=password)
        await self.open("/")
        return answer


def words(html: str) -> str:
    """What a page says, without its tags and with single spaces."""
    return " ".join(unescape(TAGS.sub(" ", html)).split())
