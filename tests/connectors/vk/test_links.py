"""Every form in which people write a community's address, and what they write instead."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.sdk.errors import InvalidLink
from connectors.vk.links import GroupLink, NameLink, parse_link

GROUP_IDS = st.integers(1, 10**12)
NAMES = st.from_regex(r"[a-z][a-z_]{3,20}\.?[a-z0-9_]{1,5}", fullmatch=True)
SITES = st.sampled_from(
    ["vk.com/", "m.vk.com/", "https://vk.ru/", "http://www.vk.com/", "HTTPS://VK.COM/", "//m.vk.ru/", "https://www.vk.ru//"]
)
TAILS = st.sampled_from(["", "/", "?from=search", "/?w=", "#comments", "?offset=20&own=1", " ", "\u200b\n"])


def spoken(prefix: str, group_id: int) -> str:
    return f"{prefix}{group_id}"


@given(SITES, st.sampled_from(["club", "public", "event", "PUBLIC", "Club", "-", "wall-", "board", "topic-", "album-"]), GROUP_IDS, TAILS)
def test_an_address_with_an_id_gives_the_community(site: str, prefix: str, group_id: int, tail: str) -> None:
    assert parse_link(f" {site}{prefix}{group_id}{tail}") == GroupLink(group_id)


@given(SITES, NAMES, TAILS)
def test_an_address_with_a_short_name_gives_the_name_in_lower_case(site: str, name: str, tail: str) -> None:
    assert parse_link(f"{site}{name.upper()}{tail}") == NameLink(name)


@given(st.sampled_from(["club", "public", "event", "-", "@club", "*public"]), GROUP_IDS)
def test_an_id_without_an_address_gives_the_community(prefix: str, group_id: int) -> None:
    assert parse_link(spoken(prefix, group_id)) == GroupLink(group_id)


@given(st.sampled_from(["", "@", "*"]), NAMES)
def test_a_short_name_without_an_address_is_one(prefix: str, name: str) -> None:
    assert parse_link(prefix + name) == NameLink(name)


@pytest.mark.parametrize(
    ("link", "group_id"),
    [
        ("vk.com/wall-1_5", 1),
        ("https://vk.com/wall-25_5?reply=7&thread=6", 25),
        ("https://vk.com/zarechny?w=wall-25_5", 25),
        ("https://vk.com/feed?z=photo-25_457%2Falbum-25_0", 25),
        ("https://m.vk.com/topic-25_30?offset=last", 25),
        ("[club25|Администрация]", 25),
        ("@[public25|Администрация]", 25),
        ("https://vk.com/write-25", 25),
    ],
)
def test_an_address_of_something_in_a_community_gives_the_community(link: str, group_id: int) -> None:
    assert parse_link(link) == GroupLink(group_id)


@pytest.mark.parametrize("link", ["https://vk.com/@zarechny-kak-zapisatsya", "vk.com/zarechny/photos"])
def test_an_address_within_a_named_community_gives_the_name(link: str) -> None:
    assert parse_link(link) == NameLink("zarechny")


@pytest.mark.parametrize(
    "link", ["id1", "https://vk.com/id77", "vk.com/wall77_5", "@id5", "77", "m.vk.com/photo77_5", "[id5|Анна]", "vk.com/albums5"]
)
def test_a_persons_page_is_refused_as_such(link: str) -> None:
    with pytest.raises(InvalidLink, match=r"person.*https://vk\.com/club123"):
        parse_link(link)


@pytest.mark.parametrize("link", ["vk.com/app5", "https://vk.com/app-1_5", "app77"])
def test_an_application_is_refused_as_such(link: str) -> None:
    with pytest.raises(InvalidLink, match="application"):
        parse_link(link)


@pytest.mark.parametrize("link", ["", " ", "vk.com", "https://vk.com/", "https://vk.com/feed"])
def test_an_address_without_a_community_is_refused_with_an_example(link: str) -> None:
    with pytest.raises(InvalidLink, match="looks like"):
        parse_link(link)


@pytest.mark.parametrize("link", ["https://ok.ru/group/5", "имя", "два слова", "club0", "-0", "a-b", "http://[", "@"])
def test_what_is_no_address_of_a_community_is_refused_with_an_example(link: str) -> None:
    with pytest.raises(InvalidLink, match="looks like"):
        parse_link(link)


@given(st.text())
@example("https://vk.com/club\u0661")
@example("https://\u2100.com/x")
@example("club" + "9" * 5000)
def test_any_text_is_a_link_or_is_refused(link: str) -> None:
    try:
        found = parse_link(link)
    except InvalidLink:
        return
    if isinstance(found, GroupLink):
        assert found.group_id > 0
    else:
        assert found.screen_name == found.screen_name.lower()
        assert found.screen_name.isascii()
