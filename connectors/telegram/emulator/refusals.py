"""How Telegram refuses."""

from typing import Any


class Refusal(Exception):
    """A refusal on its way to the caller."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def error_body(refusal: Refusal) -> dict[str, Any]:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    return body | ({"parameters": refusal.parameters} if refusal.parameters else {})


def bad(words: str) -> Refusal:
    return Refusal(400, f"Bad Request: {words}")


def forbidden(words: str) -> Refusal:
    return Refusal(403, f"Forbidden: {words}")


def too_many(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
