"""What is taken out of a text, and that nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.text import clean_text

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))


def test_nul_and_lone_surrogates_are_taken_out() -> None:
    assert clean_text("до\x00рога \ud83d и \udc00мост") == "дорога  и мост"


def test_emoji_zero_width_and_control_characters_stay() -> None:
    text = "\U0001f621\u200b\u200dда\ufeff\t\r\n\x1b\uffff"
    assert clean_text(text) == text


@given(ANYTHING)
def test_any_text_becomes_storable_and_loses_nothing_storable(text: str) -> None:
    cleaned = clean_text(text)
    assert "\x00" not in cleaned.encode().decode()
    assert [mark for mark in text if mark in cleaned] == list(cleaned)
    assert clean_text(cleaned) == cleaned
