"""OK's refusals: the documented error codes with the words that OK puts to them."""

from collections.abc import Mapping
from typing import Any

NAMES: Mapping[int, str] = {
    1: "UNKNOWN",
    2: "SERVICE",
    3: "METHOD",
    8: "FLOOD_BLOCKED",
    9: "IP_BLOCKED",
    10: "PERMISSION_DENIED",
    11: "LIMIT_REACHED",
    50: "NOT_ADMIN",
    100: "PARAM",
    101: "PARAM_API_KEY",
    102: "PARAM_SESSION_EXPIRED",
    103: "PARAM_SESSION_KEY",
    104: "PARAM_SIGNATURE",
    140: "PARAM_MESSAGE_ID",
    141: "PARAM_COMMENT_ID",
    160: "PARAM_GROUP_ID",
    200: "PARAM_PERMISSION",
    300: "NOT_FOUND",
    454: "CENSOR_MATCH",
    456: "GROUP_RESTRICTION",
    458: "PRIVACY_RESTRICTION",
    700: "COMMENT_NOT_FOUND",
    9999: "SYSTEM",
}


class Refusal(Exception):
    """A call that OK answers with an error object."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(f"{NAMES.get(code, 'UNKNOWN')} : {detail}")
        self.code = code


def invalid(parameter: str, value: str = "") -> Refusal:
    """The refusal of a missing or wrong parameter; OK repeats its value."""
    detail = f"Invalid parameter {parameter} value : [{value}]" if value else f"Missed required parameter: {parameter}"
    return Refusal(100, detail)


def error_body(refusal: Refusal) -> dict[str, Any]:
    """The answer to a refused call; it comes with HTTP 200."""
    return {"error_code": refusal.code, "error_msg": str(refusal), "error_data": None}
