"""Answers that are files, for the description of the API."""

from typing import Any

from app.exports.table import MEDIA_TYPES, FileFormat

FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            MEDIA_TYPES[FileFormat.CSV]: {"schema": {"type": "string"}},
            MEDIA_TYPES[FileFormat.XLSX]: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}
"""What a route answers that gives a file."""
