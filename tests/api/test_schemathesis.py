"""Requests made up from the description: no fault of ours, and every answer is one that the description declares."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from app.api.parameters import LARGEST
from tests.api.described import SPARE_TOKENS, Served, served_town
from tests.databases import TestServer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
    unsupported_method,
]

ENDLESS = {"stream_events"}
"""Answers that never end by themselves; `test_event_stream.py` reads them."""


@pytest.fixture(scope="module")
def town(embedded: TestServer) -> Iterator[Served]:
    """The application over loopback."""
    with served_town(embedded) as served:
        yield served


@pytest.mark.timeout(600)
def test_every_answer_is_declared_and_none_is_a_fault(town: Served, subtests: pytest.Subtests) -> None:
    description = schemathesis.openapi.from_url(f"{town.url}/api/openapi.json")
    with requests.Session() as connection:
        for found in description.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()
            if operation.definition.raw["operationId"] in ENDLESS:
                continue
            with subtests.test(operation.label):
                call_often(operation, town, connection)


def call_often(operation: APIOperation[Any, Any, Any, Any], town: Served, connection: requests.Session) -> None:
    """Calls one operation with values within and beyond its description."""

    @given(case=st.one_of(*[operation.as_strategy(generation_mode=mode) for mode in GenerationMode]))
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    def call(case: Case[Any]) -> None:
        for name, value in case.path_parameters.items():
            if isinstance(value, int) and 0 < value <= LARGEST:
                case.path_parameters[name] = value % SPARE_TOKENS + 1
        checks = [*CHECKS, negative_data_rejection] if breaks_the_description(case) else CHECKS
        case.call_and_validate(session=connection, checks=checks, headers={"Authorization": f"Bearer {town.token}"}, timeout=20)

    call()


def breaks_the_description(case: Case[Any]) -> bool:
    """Whether body or path are wrong: a made-up Authorization gives way to a real token, of a repeated filter the last counts."""
    parts = {} if case.meta is None else case.meta.components
    places = (ParameterLocation.BODY, ParameterLocation.PATH)
    return any(part.mode is GenerationMode.NEGATIVE for place, part in parts.items() if place in places)
