"""How emulated networks read calls and write answers, where all networks do it alike."""

import json
from typing import Any

import orjson
from starlette.requests import Request

JSON = "application/json; charset=utf-8"


async def read_parameters(request: Request) -> dict[str, str]:
    """The parameters of the address and of the form, urlencoded or multipart; the form's go before."""
    parameters = dict(request.query_params)
    if request.method == "POST":
        async with request.form() as form:
            parameters |= {name: value for name, value in form.items() if isinstance(value, str)}
    return parameters


def encode(body: Any) -> bytes:
    """JSON in UTF-8, or with escapes where a text holds a lone surrogate, which has no UTF-8."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, separators=(",", ":")).encode()
