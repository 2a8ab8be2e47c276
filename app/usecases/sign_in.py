"""Lets an operator into the console by login and password."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import DomainError
from app.domain.operator import Operator
from app.storage.access import passwords, sessions, sign_in_attempts
from app.storage.engine import Database

SESSION_LASTS = timedelta(hours=12)
WINDOW = timedelta(minutes=10)
FAILURES_PER_LOGIN = 10
FAILURES_PER_ADDRESS = 100
OF_ONE_CUSTOMER = 64
LONGEST_ADDRESS = 64
DECOY = "$argon2id$v=19$m=65536,t=3,p=4$crY9bsnMDix8bMXPoMjJuA$k1IVwLlcPKJmQHs2TTyx+bywdGmjKlNimCsJhc5mZ+w"
"""The hash of a password that nobody knows: a login that does not exist takes as long to refuse as a wrong password."""


class WrongCredentials(DomainError):
    """No such login with such a password; which of the two is wrong is not said."""

    def __init__(self) -> None:
        super().__init__("The login or the password is wrong.")


class TooManyAttempts(DomainError):
    """Nobody from this address may try this login before `retry_at`, with whatever password."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"Too many failed attempts: try again after {retry_at.isoformat()}.")
        self.retry_at = retry_at


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun; the token exists here and in the browser only."""

    operator: Operator
    token: str = field(repr=False)


def token_sha256(token: str) -> bytes:
    """Under what a session's token is stored."""
    return hashlib.sha256(token.encode()).digest()


def normal_login(login: str) -> str:
    """The login as it is stored: case and white space around it do not matter."""
    return login.strip().lower()


def counted_address(address: str) -> str:
    """Under what attempts from an address are counted: a customer of IPv6 has a whole /64, and could try from another each time."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:LONGEST_ADDRESS]
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), OF_ONE_CUSTOMER), strict=False))


async def sign_in(database: Database, login: str, password: str, *, address: str, now: datetime) -> NewSession:
    """Begins a session of twelve hours; raises `WrongCredentials` or `TooManyAttempts`.

    The attempt is noted before the password is looked at, so that parallel guesses are counted too.
    """
    login, address = normal_login(login), counted_address(address)
    async with database.write() as session:
        await _admit(session, address, login, now=now)
        known = await passwords.find(session, login)
    matches = await asyncio.to_thread(_matches, DECOY if known is None else known.password_hash, password)
    if known is None or not matches:
        raise WrongCredentials
    return await _begin(database, known.operator, address, login, now=now)


async def _admit(session: AsyncSession, address: str, login: str, *, now: datetime) -> None:
    await sign_in_attempts.hold(session, address)
    since = now - WINDOW
    for counted, allowed in ((login, FAILURES_PER_LOGIN), (None, FAILURES_PER_ADDRESS)):
        full_at = await sign_in_attempts.nth_newest(session, address, login=counted, since=since, n=allowed)
        if full_at is not None:
            raise TooManyAttempts(full_at + WINDOW)
    await sign_in_attempts.add(session, address, login=login, now=now, keep_since=since)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return bool(PasswordHasher().verify(password_hash, password))
    except VerifyMismatchError:
        return False


async def _begin(database: Database, operator: Operator, address: str, login: str, *, now: datetime) -> NewSession:
    begun = NewSession(operator, secrets.token_urlsafe(32))
    async with database.write() as session:
        await sign_in_attempts.forget(session, address, login=login)
        await sessions.begin(
            session,
            operator.id,
            sha256=token_sha256(begun.token),
            csrf_token=secrets.token_urlsafe(32),
            now=now,
            expires_at=now + SESSION_LASTS,
        )
    return begun
