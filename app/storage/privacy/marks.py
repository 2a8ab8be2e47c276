"""Marks by which somebody who was erased is recognised, and by nobody who has the database alone."""

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Marks:
    """Makes marks under the installation's secret key: the same person has the same one, and none leads back without the key."""

    def __init__(self, secret_key: str) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"otklik erased people").derive(secret_key.encode())

    def of(self, network: str, author_id: str) -> bytes:
        """The mark of an author."""
        return hmac.digest(self._key, f"{network}\n{author_id}".encode(), hashlib.sha256)
