"""What a connector writes for itself (cursors, requests) as JSON with the version and the kind of its form."""

import json
from collections.abc import Mapping
from typing import Any


def write_versioned(version: int, kind: str, fields: Mapping[str, Any]) -> str:
    """The fields as one short line."""
    return json.dumps({"v": version, "kind": kind, **fields}, separators=(",", ":"), ensure_ascii=False)


def read_versioned(version: int, kind: str, text: str | None) -> Mapping[str, Any]:
    """The fields as they were written; empty for another version or kind, and for what is no such line."""
    try:
        fields = json.loads(text or "null")
    except (ValueError, RecursionError):
        return {}
    is_ours = isinstance(fields, dict) and fields.get("v") == version and fields.get("kind") == kind
    return fields if is_ours else {}
