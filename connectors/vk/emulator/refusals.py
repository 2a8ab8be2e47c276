"""VK's refusals: the documented error codes with the words that VK puts to them."""

from collections.abc import Mapping
from typing import Any

MESSAGES: Mapping[int, str] = {
    1: "Unknown error occurred",
    3: "Unknown method passed",
    5: "User authorization failed",
    6: "Too many requests per second",
    8: "Invalid request",
    10: "Internal server error",
    15: "Access denied",
    18: "User was deleted or banned",
    27: "Group authorization failed",
    28: "Application authorization failed",
    29: "Rate limit reached",
    100: "One of the parameters specified was missing or invalid",
    104: "Not found",
    204: "Access denied",
    212: "Access to post comments denied",
    213: "Access to status replies denied",
    801: "Comments for this video are closed",
    2000: "Cannot add a server: there are too many",
}


class Refusal(Exception):
    """A call that VK answers with an error object."""

    def __init__(self, code: int, detail: str = "", *, subcode: int | None = None) -> None:
        super().__init__(f"{MESSAGES[code]}: {detail}" if detail else MESSAGES[code])
        self.code = code
        self.subcode = subcode


def invalid(detail: str) -> Refusal:
    """The refusal of a missing or wrong parameter."""
    return Refusal(100, detail)


def error_body(refusal: Refusal, method: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The answer to a refused call. As VK does, it echoes the parameters: the token too when it came as one of them."""
    echoed = {"method": method, "oauth": "1", **parameters}
    error: dict[str, Any] = {"error_code": refusal.code}
    if refusal.subcode is not None:
        error["error_subcode"] = refusal.subcode
    error["error_msg"] = str(refusal)
    error["request_params"] = [{"key": key, "value": value} for key, value in echoed.items()]
    return {"error": error}
