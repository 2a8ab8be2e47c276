"""The names that comments came without: asked of OK once, kept for a while, and done without when OK will not tell."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime

import structlog

from connectors.ok import settings
from connectors.ok.client import OkClient
from connectors.ok.schemas import Listing, OkComment, read_names
from connectors.sdk.errors import ConnectorError

METHOD = "users.getInfo"
PERSON = "user:"


class Names:
    """Names of people by reference; the newest ten thousand are kept."""

    def __init__(self, client: OkClient) -> None:
        self._client = client
        self._known: OrderedDict[str, str] = OrderedDict()
        self._silent_until: datetime | None = None

    async def of(self, listing: Listing[OkComment]) -> Mapping[str, str]:
        """Names of those who wrote on this page; a failure to learn them never stops the reading of what they wrote."""
        nameless = [one.author for one in listing.entries if one.author and not one.author_name and one.author not in listing.names]
        wanted = [author for author in dict.fromkeys(nameless) if author.startswith(PERSON) and author not in self._known]
        now = self._client.now()
        if wanted and (self._silent_until is None or self._silent_until <= now):
            try:
                await self._ask(wanted)
            except ConnectorError as error:
                self._silent_until = now + settings.NAMES_PAUSE
                structlog.get_logger(__name__).warning("ok_names_unavailable", error=str(error))
        return {author: self._known[author] for author in nameless if author in self._known} | dict(listing.names)

    async def _ask(self, wanted: list[str]) -> None:
        for first in range(0, len(wanted), settings.NAMES_PER_CALL):
            asked = [author.removeprefix(PERSON) for author in wanted[first : first + settings.NAMES_PER_CALL]]
            self._keep(read_names(await self._client.read(METHOD, {"uids": asked, "fields": settings.NAME_FIELDS})).items())

    def _keep(self, names: Iterable[tuple[str, str]]) -> None:
        self._known.update(names)
        while len(self._known) > settings.NAMES_KEPT:
            self._known.popitem(last=False)
