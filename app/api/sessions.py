"""Transactions of requests: committed before the answer is sent, so that a failed commit never looks like success."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.context import context_in
from app.storage import engine


async def read_session(request: Request) -> AsyncIterator[engine.ReadSession]:
    """A read-only transaction for one request."""
    async with context_in(request).database.read() as session:
        yield session


async def write_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A transaction for one request; it commits when the request has not failed."""
    async with context_in(request).database.write() as session:
        yield session


ReadSession = Annotated[engine.ReadSession, Depends(read_session, scope="function")]
WriteSession = Annotated[AsyncSession, Depends(write_session, scope="function")]
