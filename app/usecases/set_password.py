"""Gives an operator a login and a password for the console."""

import asyncio
from datetime import datetime

from argon2 import PasswordHasher

from app.domain.errors import InvalidInput
from app.domain.operator import OperatorId, Role
from app.storage.access import operators, passwords, sessions
from app.storage.engine import Database
from app.usecases.sign_in import normal_login

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256
FEWEST_DIFFERENT = 5
TELLING_LOGIN = 4
LONGEST_LOGIN = 64
STRONG = PasswordHasher()


async def let_in(
    database: Database, name: str, role: Role, *, login: str, password: str, now: datetime, hasher: PasswordHasher = STRONG
) -> None:
    """Lets somebody sign in under a role, also who was shut out; what is refused leaves all as it was."""
    login, password_hash = await _hashed(login, password, hasher)
    async with database.write() as session:
        operator_id = (await operators.ensure(session, name, role, now=now)).operator.id
        await operators.admit(session, operator_id, role)
        await passwords.save(session, operator_id, login=login, password_hash=password_hash)
        await sessions.end_all(session, operator_id)


async def set_password(database: Database, operator_id: OperatorId, *, login: str, password: str, hasher: PasswordHasher = STRONG) -> None:
    """Stores the login and the password's Argon2id hash, and ends the sessions begun with the password before."""
    login, password_hash = await _hashed(login, password, hasher)
    async with database.write() as session:
        await passwords.save(session, operator_id, login=login, password_hash=password_hash)
        await sessions.end_all(session, operator_id)


async def _hashed(login: str, password: str, hasher: PasswordHasher) -> tuple[str, str]:
    """The login as it is stored, and the password's Argon2id hash; `InvalidInput` for what will not do."""
    login = normal_login(login)
    if not 0 < len(login) <= LONGEST_LOGIN or not login.isprintable() or " " in login:
        raise InvalidInput("login", f"A login has 1 to {LONGEST_LOGIN} characters and no spaces.")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput("password", f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if len(set(password)) < FEWEST_DIFFERENT or (len(login) >= TELLING_LOGIN and login in password.lower()):
        raise InvalidInput("password", f"A password has {FEWEST_DIFFERENT} different characters or more, and the login is not in it.")
    return login, await asyncio.to_thread(hasher.hash, password)
