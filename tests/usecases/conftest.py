"""A page under watch, on the embedded PostgreSQL and on the given one where there is one."""

import os
from datetime import datetime, timedelta

import pytest

from app.storage.engine import Database
from app.storage.regions import RegionId
from tests.conftest import GIVEN_SERVER
from tests.databases import TestServer
from tests.usecases.reading import Reader, comment, open_reader
from tests.usecases.work import Desk, open_desk

SERVERS = ["embedded", "given"] if os.environ.get(GIVEN_SERVER) else ["embedded"]


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> TestServer:
    """Each server in turn."""
    found: TestServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def reader(database: Database, region_id: RegionId, noon: datetime) -> Reader:
    """A reader of an official page that has been watched for a day."""
    return await open_reader(database, region_id, noon - timedelta(days=1))


@pytest.fixture
async def desk(reader: Reader, noon: datetime) -> Desk:
    """A complaint of noon that waits, and people to work on it."""
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    return await open_desk(reader, noon)
