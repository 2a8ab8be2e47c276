"""Migrations hold on every supported PostgreSQL: each runs on the embedded one and on the given one."""

import pytest

from tests.databases import TestServer


@pytest.fixture(params=["embedded", "given"])
def server(request: pytest.FixtureRequest) -> TestServer:
    """Each server in turn."""
    found: TestServer = request.getfixturevalue(request.param)
    return found
