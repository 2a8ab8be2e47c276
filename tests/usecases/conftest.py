"""A page under watch."""

from datetime import datetime, timedelta

import pytest

from app.storage.engine import Database
from app.storage.regions import RegionId
from tests.usecases.reading import Reader, open_reader


@pytest.fixture
async def reader(database: Database, region_id: RegionId, noon: datetime) -> Reader:
    """A reader of an official page that has been watched for a day."""
    return await open_reader(database, region_id, noon - timedelta(days=1))
