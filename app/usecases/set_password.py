"""Gives an operator a login and a password for the console."""

import asyncio

from argon2 import PasswordHasher

from app.domain.errors import InvalidInput
from app.domain.operator import OperatorId
from app.storage.access import passwords, sessions
from app.storage.engine import Database
from app.usecases.sign_in import normal_login

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256
FEWEST_DIFFERENT = 5
TELLING_LOGIN = 4
LONGEST_LOGIN = 64
STRONG = PasswordHasher()


async def set_password(database: Database, operator_id: OperatorId, *, login: str, password: str, hasher: PasswordHasher = STRONG) -> None:
    """Stores the login and the password's Argon2id hash, and ends the sessions begun with the password before."""
    login = normal_login(login)
    if not 0 < len(login) <= LONGEST_LOGIN or not login.isprintable() or " " in login:
        raise InvalidInput("login", f"A login has 1 to {LONGEST_LOGIN} characters and no spaces.")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput("password", f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if len(set(password)) < FEWEST_DIFFERENT or (len(login) >= TELLING_LOGIN and login in password.lower()):
        raise InvalidInput("password", f"A password has {FEWEST_DIFFERENT} different characters or more, and the login is not in it.")
    password_hash = await asyncio.to_thread(hasher.hash, password)
    async with database.write() as session:
        await passwords.save(session, operator_id, login=login, password_hash=password_hash)
        await sessions.end_all(session, operator_id)
