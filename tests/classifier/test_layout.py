"""Russian in Latin letters, by sound and by key."""

import pytest

from app.classifier.layout import to_cyrillic


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("net vody", "нет воды"),
        ("gde shchebenka", "где щебенка"),
        ("KOGDA DADUT SVET", "КОГДА ДАДУТ СВЕТ"),
        ("ytn djls", "нет воды"),
        ("yt hf,jnftn cdzpm", "не работает связь"),
        ("нет wifi", "нет wifi"),
        ("12:30", "12:30"),
        ("", ""),
    ],
)
def test_latin_is_read_as_it_was_meant_and_cyrillic_is_left_alone(typed: str, meant: str) -> None:
    assert to_cyrillic(typed) == meant
