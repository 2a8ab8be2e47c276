"""The networks' secrets, encrypted at rest; a decrypted one exists only on its way to the network."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import AlreadyExists, InvalidInput, NotFound


class SecretBox:
    """Encrypts and decrypts under the installation's secret key."""

    def __init__(self, secret_key: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"otklik credentials").derive(secret_key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def lock(self, secret: str) -> bytes:
        return self._fernet.encrypt(secret.encode())

    def unlock(self, locked: bytes) -> str | None:
        """The secret, `None` when it was encrypted under another key."""
        try:
            return self._fernet.decrypt(locked).decode()
        except InvalidToken:
            return None


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """A credential as an administrator may see it, and its decrypted secret for the network only."""

    id: int
    kind: str
    name: str
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None
    secret: str | None = field(repr=False)


async def add(session: AsyncSession, box: SecretBox, *, kind: str, name: str, secret: str, now: datetime) -> None:
    """Stores a new secret; `AlreadyExists` when the kind has one of that name."""
    if not secret.strip():
        raise InvalidInput("secret", "The secret is empty: paste the key alone.")
    found = await session.scalar(
        text(
            "INSERT INTO credentials (kind, name, secret, created_at) VALUES (:kind, :name, :secret, :now)"
            " ON CONFLICT DO NOTHING RETURNING id"
        ),
        {"kind": kind, "name": name, "secret": box.lock(secret.strip()), "now": now},
    )
    if found is None:
        raise AlreadyExists("credential", f"{kind} {name}")


async def listed(session: AsyncSession, box: SecretBox) -> Sequence[StoredCredential]:
    """All credentials in the order of adding."""
    rows = await session.execute(
        text("SELECT id, kind, name, created_at, disabled_at, disabled_reason, secret FROM credentials ORDER BY id")
    )
    return [
        StoredCredential(row.id, row.kind, row.name, row.created_at, row.disabled_at, row.disabled_reason, box.unlock(row.secret))
        for row in rows
    ]


async def remove(session: AsyncSession, *, kind: str, name: str) -> None:
    """Forgets a credential; what it called stays counted, should it come back."""
    found = await session.scalar(
        text("DELETE FROM credentials WHERE kind = :kind AND name = :name RETURNING id"), {"kind": kind, "name": name}
    )
    if found is None:
        raise NotFound("credential", f"{kind} {name}")
    await session.execute(
        text("UPDATE call_budgets SET seen_at = clock_timestamp() - interval '1 year' WHERE kind = :kind AND name = :name"),
        {"kind": kind, "name": name},
    )
