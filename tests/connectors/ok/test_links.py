"""Every form in which people write a group's address, and what they write instead."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.ok.links import GroupLink, NameLink, parse_link
from connectors.sdk.errors import InvalidLink

GROUP_IDS = st.integers(1, 10**15)
NAMES = st.from_regex(r"[b-cx-z][a-z0-9_-]{3,20}\.?[a-z0-9]{1,5}", fullmatch=True)
SITES = st.sampled_from(
    ["ok.ru/", "m.ok.ru/", "https://ok.ru/", "http://www.ok.ru/", "HTTPS://OK.RU/", "//m.ok.ru/", "https://odnoklassniki.ru//"]
)
TAILS = st.sampled_from(["", "/", "?st._aid=x", "/topics", "/topic/60000000000001", "#comments", " ", "\u200b\n"])


@given(SITES, st.sampled_from(["group/", "group", "GROUP/", "Group"]), GROUP_IDS, TAILS)
def test_an_address_with_an_id_gives_the_group(site: str, prefix: str, group_id: int, tail: str) -> None:
    assert parse_link(f" {site}{prefix}{group_id}{tail}") == GroupLink(str(group_id))


@given(SITES, NAMES, TAILS)
def test_an_address_with_a_short_name_gives_the_name_in_lower_case(site: str, name: str, tail: str) -> None:
    assert parse_link(f"{site}{name.upper()}{tail}") == NameLink(name)


@given(NAMES)
def test_a_short_name_without_an_address_is_one(name: str) -> None:
    assert parse_link(name) == NameLink(name)


@pytest.mark.parametrize("link", ["group:25", "group25", "https://m.ok.ru/dk?st.cmd=altGroupMain&st.groupId=25&x=y", "ok.ru/%67roup/25"])
def test_other_ways_to_name_the_id_give_the_group(link: str) -> None:
    assert parse_link(link) == GroupLink("25")


@pytest.mark.parametrize("link", ["https://ok.ru/profile/561104947330", "m.ok.ru/dk?st.cmd=friendMain&st.friendId=5", "ok.ru/feed"])
def test_a_persons_page_is_refused_as_such(link: str) -> None:
    with pytest.raises(InvalidLink, match=r"person.*https://ok\.ru/group/"):
        parse_link(link)


@pytest.mark.parametrize("link", ["https://ok.ru/game/findcat", "ok.ru/app/51"])
def test_an_application_is_refused_as_such(link: str) -> None:
    with pytest.raises(InvalidLink, match="application"):
        parse_link(link)


@pytest.mark.parametrize(
    "link",
    ["", " ", "ok.ru", "https://ok.ru/", "ok.ru/video/5", "ok.ru/group/", "ok.ru/dk", "group:0", "ok.ru/group/0", "25"],
)
def test_an_address_without_a_group_is_refused_with_an_example(link: str) -> None:
    with pytest.raises(InvalidLink, match="looks like"):
        parse_link(link)


@pytest.mark.parametrize(
    "link", ["https://vk.com/club5", "имя", "два слова", "http://[", "@name", "book.ru/name", "https://ok.ru.example/x"]
)
def test_what_is_no_address_of_a_group_is_refused_with_an_example(link: str) -> None:
    with pytest.raises(InvalidLink, match="looks like"):
        parse_link(link)


@given(st.text())
@example("https://ok.ru/group/\u0661")
@example("https://\u2100.ru/x")
@example("group" + "9" * 5000)
@example("ok.ru/dk?" + "&" * 2000)
def test_any_text_is_a_link_or_is_refused(link: str) -> None:
    try:
        found = parse_link(link)
    except InvalidLink:
        return
    if isinstance(found, GroupLink):
        assert int(found.group_id) > 0
    else:
        assert found.shortname == found.shortname.lower()
        assert found.shortname.isascii()
