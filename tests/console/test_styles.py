"""Colours are told apart by everybody: WCAG 2.1 AA, in the light and in the dark; nothing is fetched from elsewhere."""

import re

import pytest

from app.console.assets import load_assets
from app.console.pages import Pages

READABLE = 4.5
STYLES = load_assets()["console.css"].content.decode()
THEMES = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", STYLES, re.DOTALL)]
INKS = ("ink", "muted", "accent", "late", "soon", "good")
PAPERS = ("paper", "ground", "raised", "own", "answer")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_there_is_a_light_and_a_dark_theme() -> None:
    assert len(THEMES) == 2
    assert set(THEMES[0]) == set(THEMES[1])


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_words_stand_out_from_whatever_they_stand_on(theme: dict[str, str]) -> None:
    pairs = [(ink, paper) for ink in INKS for paper in PAPERS] + [("on-accent", "accent"), ("paper", "late"), ("paper", "ink")]

    faint = {
        pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in pairs if contrast(theme[pair[0]], theme[pair[1]]) < READABLE
    }

    assert not faint


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_fields_have_edges_that_can_be_seen(theme: dict[str, str]) -> None:
    assert contrast(theme["field"], theme["paper"]) >= 3


def test_styles_and_script_fetch_nothing_from_elsewhere() -> None:
    files = [asset for asset in load_assets().values() if asset.name.endswith((".css", ".js"))]

    assert len(files) > 5
    for asset in files:
        assert not re.search(rb"https?://|@import|url\(", asset.content), asset.name


def test_an_asset_s_address_follows_its_content() -> None:
    pages = Pages()
    asset = pages.assets["console.css"]

    assert pages.asset(asset.sum, "console.css") is asset
    assert pages.asset("0" * 16, "console.css") is None
