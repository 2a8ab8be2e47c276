"""A long poll that does not wait, as behind a proxy that answers for the network, keeps no machine busy."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from app.domain.push_channel import PushMode
from app.storage import push_channels
from app.storage.push_channels import NewChannel
from app.usecases.receive_updates import LONGEST_PAUSE, Receiving, claim_receiving, pause_after, receive_updates
from connectors.sdk.contract import Cursor, PushedEvent, Updates, Wall
from tests.usecases.reading import WALL, Reader

QUICK, NEWS, END = "nothing", "news", "end"


class Enough(Exception):
    """Ends the fetching."""


class Proxied:
    """A network whose long poll is answered at once."""

    network = "vk"

    def __init__(self, *answers: str) -> None:
        self.answers: Iterator[str] = iter(answers)

    async def wait_for_updates(self, wall: Wall, since: Cursor | None) -> Updates:
        answer = next(self.answers)
        if answer == END:
            raise Enough
        return Updates((PushedEvent("e1", WALL, b"{}"),) if answer == NEWS else (), Cursor("{}"))

    def read_event(self, raw: bytes, *, received_at: datetime) -> None:
        """Of no interest here."""

    async def close(self) -> None:
        """Holds nothing."""


@pytest.mark.parametrize(
    ("answers", "pauses", "words"),
    [
        ([QUICK, NEWS, QUICK, NEWS], [], 0),
        ([QUICK] * 9, [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE], 1),
        ([QUICK, QUICK, QUICK, NEWS, QUICK, QUICK], [1, 2, 1], 1),
    ],
)
async def test_empty_answers_at_once_are_followed_by_growing_pauses(
    reader: Reader, noon: datetime, answers: list[str], pauses: list[float], words: int
) -> None:
    database, rested = reader.intake.database, list[float]()

    async def pause(seconds: float) -> None:
        rested.append(seconds)

    async with database.write() as session:
        await push_channels.open_channel(session, NewChannel(reader.source.id, PushMode.LONG_POLL, None, None, False), now=noon)
    connector = Proxied(*answers, END)
    receiving = Receiving(database, reader.intake.region_id, "one", lambda network: connector, lambda: noon, pause)
    (claim,) = await claim_receiving(receiving, limit=1)
    with capture_logs() as logs, pytest.raises(Enough):
        await receive_updates(receiving, claim)

    assert rested == pauses
    assert [entry["event"] for entry in logs] == ["long poll does not wait"] * words


@pytest.mark.parametrize("in_vain", [7, 1025, 1026, 100_000])
def test_a_proxy_that_answers_all_night_is_asked_after_the_longest_pause(in_vain: int) -> None:
    assert pause_after(in_vain) == LONGEST_PAUSE
