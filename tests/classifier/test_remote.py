"""A classifier on another machine: it gets masked texts, and nothing that it does or leaves undone stops a verdict."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from app.classifier.contract import TextInContext
from app.classifier.evaluation import evaluate
from app.classifier.examples import Example
from app.classifier.model_file import load_shipped_model
from app.classifier.remote import REST, Endpoint, RemoteClassifier
from app.classifier.topics import shipped_taxonomy
from app.domain.verdict import Kind, Verdict
from connectors.sdk.emulation.loopback import serve
from tests.patience import PATIENCE_SECONDS

Answer = Callable[[list[dict[str, Any]]], Response | Awaitable[Response]]
TEXT = TextInContext("Яма на Лесной, звоните 8 912 345-67-89")


class Server:
    """A model server that answers as it is told and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[list[dict[str, Any]]] = []
        self.keys: list[str | None] = []

    async def complete(self, request: Request) -> Response:
        document = await request.json()
        texts = json.loads(document["messages"][1]["content"])
        self.asked.append(texts)
        self.keys.append(request.headers.get("authorization"))
        answer = self.answer(texts)
        return answer if isinstance(answer, Response) else await answer

    @asynccontextmanager
    async def running(
        self, *, patience: float = PATIENCE_SECONDS, now: Callable[[], float] = lambda: 0.0
    ) -> AsyncIterator[RemoteClassifier]:
        async with serve(Starlette(routes=[Route("/v1/chat/completions", self.complete, methods=["POST"])])) as url:
            endpoint = Endpoint(f"{url}/v1", "local", "very-secret", patience)
            remote = RemoteClassifier(endpoint, load_shipped_model(), shipped_taxonomy(), clock=now)
            try:
                yield remote
            finally:
                await asyncio.to_thread(remote.close)


async def judge(remote: RemoteClassifier, *texts: TextInContext) -> list[Verdict]:
    return await asyncio.to_thread(remote.classify, texts)


def said(content: str) -> Response:
    return JSONResponse({"choices": [{"message": {"content": content}}]})


def verdicts(texts: list[dict[str, Any]], **changes: object) -> Response:
    of_one: Mapping[str, object] = {
        "kind": "complaint",
        "confidence": 0.9,
        "topic": "roads.potholes",
        "topic_confidence": 0.8,
        "urgent": True,
    }
    return said(json.dumps({"verdicts": [{"id": text["id"], **of_one, **changes} for text in texts]}))


async def test_the_endpoint_s_verdicts_are_taken_in_order_and_carry_its_name() -> None:
    server = Server(
        lambda texts: said(
            json.dumps(
                {
                    "verdicts": [
                        {"id": text["id"], "kind": "thanks" if "спасибо" in text["text"] else "question", "confidence": 0.7}
                        for text in reversed(texts)
                    ]
                }
            )
        )
    )
    async with server.running() as remote:
        texts = [TextInContext("спасибо" if number % 3 else "когда?") for number in range(50)]
        found = await judge(remote, *texts)

    assert [one.kind for one in found] == [Kind.THANKS if number % 3 else Kind.QUESTION for number in range(50)]
    assert {one.model for one in found} == {"remote:local"}
    assert len(server.asked) == 3
    assert set(server.keys) == {"Bearer very-secret"}


async def test_nothing_personal_leaves_the_process() -> None:
    server = Server(verdicts)
    text = TextInContext("Кузнецова Ольга Ивановна, 8 912 345-67-89", post="Пишите на info@city.example", reply_to="[id5|Пётр], и у нас")
    async with server.running() as remote:
        (found,) = await judge(remote, text)

    assert server.asked == [[{"id": 0, "text": "[ИМЯ], [ТЕЛЕФОН]", "post": "Пишите на [ПОЧТА]", "reply_to": "[ИМЯ], и у нас"}]]
    assert (found.topic, found.topic_confidence, found.urgent) == ("roads.potholes", 0.8, True)


async def test_a_topic_that_is_none_of_ours_is_left_out() -> None:
    async with Server(lambda texts: verdicts(texts, topic="aliens.landing")).running() as remote:
        (found,) = await judge(remote, TEXT)

    assert (found.kind, found.topic, found.topic_confidence) == (Kind.COMPLAINT, None, None)


@pytest.mark.parametrize(
    "answer",
    [
        lambda texts: HTMLResponse("<h1>Gateway</h1>"),
        lambda texts: Response(status_code=500),
        lambda texts: Response(status_code=401),
        lambda texts: JSONResponse({"choices": []}),
        lambda texts: said("Конечно! Вот ответ:"),
        lambda texts: said('{"verdicts": 5}'),
        lambda texts: said('{"verdicts": []}'),
        lambda texts: said("[" * 50_000),
        lambda texts: verdicts(texts, kind="grumble"),
        lambda texts: verdicts(texts, confidence=7),
        lambda texts: verdicts(texts, confidence=None),
        lambda texts: verdicts(texts, id="0"),
        lambda texts: Response(b"x" * (2 << 20)),
    ],
    ids=["html", "500", "401", "no choice", "prose", "no list", "empty", "deep", "kind", "confidence", "unsure", "id", "long"],
)
async def test_nonsense_is_judged_by_the_built_in_classifier(answer: Answer) -> None:
    async with Server(answer).running() as remote:
        (found,) = await judge(remote, TEXT)

    assert found == load_shipped_model().classify([TEXT])[0]


async def test_what_an_answer_leaves_out_is_judged_by_the_built_in_classifier() -> None:
    async with Server(lambda texts: verdicts(texts[:1])).running() as remote:
        first, second = await judge(remote, TEXT, TEXT)

    assert first.model == "remote:local"
    assert second.model == load_shipped_model().name


async def test_a_server_that_hangs_is_left_alone_for_a_while_and_then_asked_again() -> None:
    moment, hangs = 0.0, True
    released = asyncio.Event()

    async def hang(texts: list[dict[str, Any]]) -> Response:
        if hangs:
            await released.wait()
        return verdicts(texts)

    server = Server(hang)
    async with server.running(patience=1.0, now=lambda: moment) as remote:
        (first,) = await judge(remote, TEXT)
        (second,) = await judge(remote, TEXT)
        calls_while_resting = len(server.asked)
        moment, hangs = REST, False
        (third,) = await judge(remote, TEXT)
        released.set()

    assert first.model == second.model == load_shipped_model().name
    assert calls_while_resting == 1
    assert third.model == "remote:local"


async def test_a_server_that_is_not_there_costs_nothing_but_its_verdicts() -> None:
    endpoint = Endpoint("http://127.0.0.1:1/v1", "local", "", 5)
    remote = RemoteClassifier(endpoint, load_shipped_model(), shipped_taxonomy())
    (found,) = await judge(remote, TEXT)
    remote.close()

    assert found.model == load_shipped_model().name
    assert "very-secret" not in repr(Endpoint("http://127.0.0.1:1", "local", "very-secret", 5))


async def test_it_is_measured_as_the_built_in_one_is() -> None:
    async with Server(verdicts).running() as remote:
        examples = [
            Example(TextInContext("Яма на дороге"), Kind.COMPLAINT, None, None, "one"),
            Example(TextInContext("спасибо за ремонт"), Kind.THANKS, None, None, "two"),
        ]
        report = await asyncio.to_thread(evaluate, remote, examples)

    assert (report.model, report.examples, report.learned) == ("remote:local", 2, 0)
    assert report.kinds is not None
    assert report.kinds.kinds["complaint"].recall == 1.0
    assert report.kinds.needs_answer.precision == 0.5
