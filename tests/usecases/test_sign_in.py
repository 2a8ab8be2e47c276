"""Signing in: who gets a session, who has to wait, and when a session ends."""

import asyncio
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import text

from app.domain.errors import AlreadyExists, InvalidInput
from app.domain.operator import OperatorId
from app.storage.access import passwords
from app.storage.engine import Database
from app.usecases.resume_session import resume_session
from app.usecases.set_password import set_password
from app.usecases.sign_in import DECOY, FAILURES_PER_LOGIN, NewSession, TooManyAttempts, WrongCredentials, counted_address, sign_in
from app.usecases.sign_out import sign_out
from tests.passwords import QUICK

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PASSWORD = "белые-ночи-47"
HOME = "192.0.2.1"


@pytest.fixture
async def anna(database: Database, noon: datetime) -> OperatorId:
    """An operator who signs in as anna."""
    anna = await hire(database, "Анна", noon)
    await set_password(database, anna, login="anna", password=PASSWORD, hasher=QUICK)
    return anna


async def hire(database: Database, name: str, now: datetime) -> OperatorId:
    async with database.write() as session:
        found = await session.scalar(
            text("INSERT INTO operators (name, role, created_at) VALUES (:name, 'operator', :now) RETURNING id"), {"name": name, "now": now}
        )
    return OperatorId(int(str(found)))


async def enter(database: Database, now: datetime, *, login: str = "anna", password: str = PASSWORD, address: str = HOME) -> NewSession:
    return await sign_in(database, login, password, address=address, now=now)


async def fail(database: Database, now: datetime, *, login: str = "anna", address: str = HOME) -> None:
    with pytest.raises(WrongCredentials):
        await enter(database, now, login=login, password="не тот", address=address)


async def test_the_right_password_begins_a_session_of_the_operator(database: Database, anna: OperatorId, noon: datetime) -> None:
    begun = await enter(database, noon, login=" Anna ")

    found = await resume_session(database, begun.token, is_work=True, now=noon + HOUR)

    assert found is not None
    assert (found.operator.id, found.operator.name) == (anna, "Анна")


async def test_the_token_itself_is_not_stored(database: Database, anna: OperatorId, noon: datetime) -> None:
    begun = await enter(database, noon)

    async with database.read() as session:
        (stored,) = await session.scalars(text("SELECT encode(sha256, 'escape') || csrf_token FROM sessions"))

    assert begun.token not in stored
    assert begun.token not in repr(begun)


async def test_a_disabled_operator_cannot_sign_in_and_loses_the_session(database: Database, anna: OperatorId, noon: datetime) -> None:
    begun = await enter(database, noon)
    async with database.write() as session:
        await session.execute(text("UPDATE operators SET disabled_at = :now"), {"now": noon})

    await fail(database, noon)

    assert await resume_session(database, begun.token, is_work=True, now=noon) is None


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("192.0.2.1", "192.0.2.1"),
        ("unknown", "unknown"),
    ],
)
def test_whoever_has_a_network_of_addresses_is_counted_once(address: str, counted: str) -> None:
    assert counted_address(address) == counted


async def test_guessing_from_another_address_of_the_same_network_has_to_wait_too(
    database: Database, anna: OperatorId, noon: datetime
) -> None:
    for number in range(FAILURES_PER_LOGIN):
        await fail(database, noon, address=f"2001:db8::{number:x}")

    with pytest.raises(TooManyAttempts):
        await enter(database, noon, address="2001:db8::ffff")
    await enter(database, noon, address="2001:db8:0:1::1")


async def test_the_decoy_costs_as_much_as_a_real_hash(database: Database, noon: datetime) -> None:
    await set_password(database, await hire(database, "Анна", noon), login="anna", password=PASSWORD)
    async with database.read() as session:
        real = await passwords.find(session, "anna")

    assert real is not None
    assert extract_parameters(real.password_hash) == extract_parameters(DECOY) == extract_parameters(PasswordHasher().hash(PASSWORD))


async def test_an_unknown_login_is_refused_in_the_same_words(database: Database, anna: OperatorId, noon: datetime) -> None:
    with pytest.raises(WrongCredentials) as unknown:
        await enter(database, noon, login="nobody")
    with pytest.raises(WrongCredentials) as wrong:
        await enter(database, noon, password="не тот пароль")

    assert str(unknown.value) == str(wrong.value)


async def test_after_ten_failures_even_the_right_password_has_to_wait(database: Database, anna: OperatorId, noon: datetime) -> None:
    for _ in range(FAILURES_PER_LOGIN):
        await fail(database, noon)

    with pytest.raises(TooManyAttempts) as refusal:
        await enter(database, noon + MINUTE)

    assert refusal.value.retry_at == noon + 10 * MINUTE
    await enter(database, noon + 10 * MINUTE)


async def test_failures_count_by_login_and_address(database: Database, anna: OperatorId, noon: datetime) -> None:
    for _ in range(FAILURES_PER_LOGIN):
        await fail(database, noon)

    await enter(database, noon, address="192.0.2.2")
    await fail(database, noon, login="boris")


async def test_success_forgets_the_failures_before(database: Database, anna: OperatorId, noon: datetime) -> None:
    for _ in range(FAILURES_PER_LOGIN - 1):
        await fail(database, noon)
    await enter(database, noon)

    await fail(database, noon)
    await enter(database, noon)


async def test_guesses_made_at_once_are_all_counted(database: Database, anna: OperatorId, noon: datetime) -> None:
    guesses = [enter(database, noon, password="не тот") for _ in range(FAILURES_PER_LOGIN + 3)]

    outcomes = await asyncio.gather(*guesses, return_exceptions=True)

    assert sum(isinstance(outcome, TooManyAttempts) for outcome in outcomes) == 3


async def test_an_address_that_tries_many_logins_has_to_wait_too(database: Database, anna: OperatorId, noon: datetime) -> None:
    async with database.write() as session:
        await session.execute(
            text("INSERT INTO sign_in_attempts (login, address, at) SELECT 'login ' || n, :address, :now FROM generate_series(1, 100) n"),
            {"address": HOME, "now": noon},
        )

    with pytest.raises(TooManyAttempts):
        await enter(database, noon + MINUTE)


async def test_work_moves_the_end_of_the_session_along(database: Database, anna: OperatorId, noon: datetime) -> None:
    begun = await enter(database, noon)
    await resume_session(database, begun.token, is_work=True, now=noon + 11 * HOUR)

    assert await resume_session(database, begun.token, is_work=True, now=noon + 22 * HOUR) is not None


async def test_a_page_that_refreshes_itself_does_not_keep_the_session_open(database: Database, anna: OperatorId, noon: datetime) -> None:
    begun = await enter(database, noon)
    await resume_session(database, begun.token, is_work=False, now=noon + 11 * HOUR)

    assert await resume_session(database, begun.token, is_work=False, now=noon + 12 * HOUR) is None


async def test_signing_out_ends_the_session(database: Database, anna: OperatorId, noon: datetime) -> None:
    begun = await enter(database, noon)

    await sign_out(database, begun.token)

    assert await resume_session(database, begun.token, is_work=True, now=noon) is None


async def test_a_new_password_ends_the_sessions_of_the_old_one(database: Database, anna: OperatorId, noon: datetime) -> None:
    begun = await enter(database, noon)

    await set_password(database, anna, login="anna", password="другой-пароль", hasher=QUICK)

    assert await resume_session(database, begun.token, is_work=True, now=noon) is None


async def test_a_login_belongs_to_one_operator(database: Database, anna: OperatorId, noon: datetime) -> None:
    boris = await hire(database, "Борис", noon)

    with pytest.raises(AlreadyExists):
        await set_password(database, boris, login="ANNA", password=PASSWORD, hasher=QUICK)


@pytest.mark.parametrize(
    ("login", "password"),
    [("", PASSWORD), ("a b", PASSWORD), ("anna", "коротко"), ("anna", "х" * 257), ("anna", "1212121212"), ("anna", "Anna-2026!")],
)
async def test_a_poor_login_or_password_is_refused(database: Database, anna: OperatorId, login: str, password: str) -> None:
    with pytest.raises(InvalidInput):
        await set_password(database, anna, login=login, password=password)
