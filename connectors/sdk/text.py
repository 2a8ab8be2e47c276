"""Texts that a database and JSON can hold."""

import re

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL (PostgreSQL's `text` refuses it) and lone surrogates (no UTF-8 for them); a joined pair is one character by now."""


def clean_text(text: str) -> str:
    """The text without what cannot be stored; emoji, zero-width and control characters stay."""
    return UNSTORABLE.sub("", text)
