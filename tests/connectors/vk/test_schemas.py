"""Whatever VK adds, leaves out or breaks, a page is read or refused as a whole, and nothing else happens."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.contract import PostRef, Wall
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.fields import whole
from connectors.sdk.text import clean_text
from connectors.vk.fields import flag, is_no, moment
from connectors.vk.mapping import comment_message, post_message
from connectors.vk.schemas import read_comments, read_communities, read_posts
from tests.connectors.vk.recorded_answers import READERS, answer_to, document, method_of, names

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None, exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
LISTS = [name for name in names("wall_get") if document(name)["response"]]
POST = PostRef(Wall("vk", "-217300001"), "3310")


def entries_of(body: Any) -> list[Any]:
    """The entries of a recorded list, nested replies too."""
    items = body["response"]["items"] if isinstance(body["response"], dict) else body["response"]
    replies = [reply for item in items if isinstance(item, dict) for reply in item.get("thread", {}).get("items", [])]
    return [entry for entry in [*items, *replies] if isinstance(entry, dict)]


def read_and_map(name: str, body: Any) -> None:
    """Reads the changed answer; it is understood, or refused as `UnexpectedResponse`, and what is understood can be stored."""
    method = method_of(name)
    try:
        READERS[method](answer_to(method, body))
    except UnexpectedResponse:
        return
    if method == "wall.getComments":
        comments = read_comments(answer_to(method, body))
        messages = [comment_message(comment, POST, comments.names) for comment in comments.entries]
    else:
        posts = read_posts(answer_to(method, body), owner_id=-217300001)
        messages = [post_message(post, posts.names) for post in posts.entries]
    for message in messages:
        assert message.published_at.tzinfo is not None
        assert clean_text(message.text or "") == (message.text or "")
        assert message.url.startswith("https://vk.com/wall")


@given(st.sampled_from(LISTS), st.dictionaries(st.text(max_size=10).map(lambda name: f"new_{name}"), JSON, max_size=4))
def test_unknown_fields_change_nothing(name: str, extra: dict[str, Any]) -> None:
    method, body = method_of(name), document(name)
    before = READERS[method](answer_to(method, body))
    for entry in entries_of(body):
        entry.update(copy.deepcopy(extra))
    assert READERS[method](answer_to(method, body)) == before


@given(st.data())
def test_a_missing_field_is_tolerated_or_costs_one_entry(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(LISTS))
    body = document(name)
    entries = entries_of(body)
    if entries:
        entry = data.draw(st.sampled_from(entries))
        del entry[data.draw(st.sampled_from(sorted(entry)))]
    read_and_map(name, body)


@given(st.data())
def test_a_field_of_any_other_kind_is_tolerated_or_costs_one_entry(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(LISTS))
    body = document(name)
    places = entries_of(body) + ([body["response"]] if isinstance(body["response"], dict) else [])
    if places:
        place = data.draw(st.sampled_from(places))
        place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    read_and_map(name, body)


@given(st.sampled_from(sorted(READERS)), JSON)
def test_any_response_is_read_or_unexpected(method: str, response: Any) -> None:
    try:
        READERS[method](answer_to(method, {"response": response}))
    except UnexpectedResponse as error:
        assert method in str(error)  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize("read", [read_posts, read_comments, read_communities])
def test_a_response_that_is_no_list_is_unexpected(read: Callable[[Any], object]) -> None:
    with pytest.raises(UnexpectedResponse):
        read(answer_to("wall.get", {"response": {"count": 5, "posts": []}}))


def test_a_page_of_which_nothing_can_be_read_is_unexpected() -> None:
    with pytest.raises(UnexpectedResponse, match="none of 2"):
        read_posts(answer_to("wall.get", {"response": {"count": 2, "items": [{"number": 1}, {"number": 2}]}}))


def test_one_unreadable_entry_alone_is_skipped() -> None:
    listing = read_posts(answer_to("wall.get", {"response": {"count": 1, "items": [{"number": 1}]}}))
    assert (listing.entries, listing.skipped) == ((), 1)


@pytest.mark.parametrize(("value", "number"), [(7, 7), (7.0, 7), ("7", 7), ("-7", -7), (0, 0)])
def test_whole_numbers_are_read_however_they_are_written(value: Any, number: int) -> None:
    assert whole(value) == number


@pytest.mark.parametrize("value", [7.5, True, "", None, "٧", [], 2**63, -(2**64), 1e300, float("inf"), float("nan"), "9" * 40])
def test_what_is_no_number_or_fits_no_column_is_none(value: Any) -> None:
    assert whole(value) is None


@pytest.mark.parametrize("value", [1, True, "1", 0, False, "0"])
def test_an_answer_is_yes_or_no(value: Any) -> None:
    assert flag(value) is bool(int(value))
    assert is_no(value) is not flag(value)


def test_a_missing_answer_is_neither_yes_nor_no() -> None:
    assert (flag(None), is_no(None)) == (False, False)


@pytest.mark.parametrize("value", [0, -5, 2**40, "soon", None])
def test_a_date_out_of_this_age_is_no_moment(value: Any) -> None:
    assert moment(value) is None
