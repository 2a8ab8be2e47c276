"""Seeded failures, and how they look on a real connection."""

from collections import Counter
from itertools import islice

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from connectors.sdk.emulation.faults import Fault, FaultKind, Faults, fates, spoiled
from connectors.sdk.emulation.ledger import ReceivedCall, fingerprint, peak_calls_per_second
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.wire import JSON
from tests.patience import PATIENCE_SECONDS

GOOD = b'{"done": true}'


def fault(kind: FaultKind, *, stall_seconds: float = 0.05) -> Fault:
    return Fault(kind, 1, is_done=True, stall_seconds=stall_seconds)


async def answered(spoilt: Fault, *, patience: float = PATIENCE_SECONDS) -> httpx.Response:
    """What a client gets of an answer so spoilt."""
    app = Starlette(routes=[Route("/", lambda request: spoiled(Response(GOOD, media_type=JSON), spoilt))])
    async with serve(app) as url, httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(PATIENCE_SECONDS, read=patience)) as client:
        return await client.get("/")


def test_the_same_seed_gives_the_same_failures_and_another_seed_others() -> None:
    first, again, other = (list(islice(fates(Faults(seed=seed, rate=0.5)), 200)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("rate", [0.0, 0.1, 1.0])
def test_the_rate_is_the_share_of_failing_calls(rate: float) -> None:
    failing = sum(fate is not None for fate in islice(fates(Faults(seed=3, rate=rate)), 5000))
    assert failing / 5000 == pytest.approx(rate, abs=0.02)


def test_every_kind_and_every_code_happens_before_and_after_the_effect() -> None:
    seen = Counter((fate.kind, fate.code, fate.is_done) for fate in islice(fates(Faults(seed=3, rate=1, codes=(1, 2))), 5000) if fate)
    assert len(seen) == 2 * 2 * len(FaultKind)


@pytest.mark.parametrize(
    ("kind", "status"), [(FaultKind.HTTP_500, 500), (FaultKind.HTTP_502, 502), (FaultKind.HTML, 200), (FaultKind.CUT_JSON, 200)]
)
async def test_a_spoiled_answer_is_no_readable_json(kind: FaultKind, status: int) -> None:
    answer = await answered(fault(kind))
    assert answer.status_code == status
    with pytest.raises(ValueError, match="line 1"):
        answer.json()


@pytest.mark.parametrize("kind", [FaultKind.STALL, FaultKind.REFUSAL])
async def test_a_late_answer_and_a_refusal_are_whole(kind: FaultKind) -> None:
    assert (await answered(fault(kind))).content == GOOD


async def test_a_dropped_connection_breaks_in_the_middle_of_the_answer() -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await answered(fault(FaultKind.DROP))


async def test_a_stalled_answer_outlasts_the_patience_of_the_client() -> None:
    with pytest.raises(httpx.ReadTimeout):
        await answered(fault(FaultKind.STALL, stall_seconds=30), patience=0.1)


def test_the_peak_counts_the_calls_of_one_token_within_any_second() -> None:
    moments = (1.0, 1.9, 2.0, 2.5, 2.89, 7.0)
    calls = [ReceivedCall("read", fingerprint("a"), moment, "ok") for moment in moments]
    calls.append(ReceivedCall("read", fingerprint("b"), 2.1, "ok"))
    assert peak_calls_per_second(calls, fingerprint("a")) == 4
    assert peak_calls_per_second(calls, fingerprint("unknown")) == 0
    assert fingerprint("a") != "a"
