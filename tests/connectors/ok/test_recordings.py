"""Every documented shape is read, and what is in it."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from connectors.ok.mapping import comment_message, topic_message
from connectors.ok.schemas import OkGroup, read_address, read_comments, read_counts, read_groups, read_names, read_new_comment, read_topics
from connectors.sdk.contract import Author, PostRef, Wall
from connectors.sdk.errors import ConnectorError, UnexpectedResponse
from tests.connectors.ok.recorded_answers import READERS, answer_to, document, method_of, names, read_recording, recorded

SHARED = Path(__file__).resolve().parents[4] / "shared/reference/recorded"
SHAPES = sorted({name for method in READERS for name in names(method.replace(".", "_"))})
KNOWN = ("error_", *(method.replace(".", "_") for method in READERS))
OUTSIDE = sorted(
    file for file in (*SHARED.glob("ok/*.json"), *SHARED.glob("constructed/ok_*.json")) if file.stem.removeprefix("ok_").startswith(KNOWN)
)
GROUP = "53700000000001"
WALL = Wall("ok", f"group:{GROUP}")
POST = PostRef(WALL, "60700000000010")
NINA = "user:560700000000001"


utc = partial(datetime, tzinfo=UTC)


@pytest.mark.parametrize("name", SHAPES)
def test_every_recorded_answer_is_read(name: str) -> None:
    read_recording(name)


@pytest.mark.skipif(not OUTSIDE, reason="the answers recorded elsewhere lie outside of the repository and are not here")
@pytest.mark.parametrize("file", OUTSIDE, ids=lambda file: file.stem)
def test_every_answer_recorded_elsewhere_is_read_or_is_the_error_it_says(file: Path) -> None:
    name, body = file.stem.removeprefix("ok_"), document(file.stem, file.parent)
    if name.startswith("error_"):
        with pytest.raises(ConnectorError, match=f"OK error {name.split('_')[1]}"):
            answer_to("discussions.getComments", body)
    else:
        method = method_of(name)
        assert READERS[method](answer_to(method, body))


@pytest.mark.skipif(not OUTSIDE, reason="the answers recorded elsewhere lie outside of the repository and are not here")
def test_the_comment_recorded_in_2014_has_the_moment_that_stands_in_its_id() -> None:
    listing = read_comments(answer_to("discussions.getComments", {"comments": [document("discussions_comment", SHARED / "ok")]}))
    assert listing.entries[0].published_at == utc(2014, 4, 11, 8, 53, 2)
    assert listing.entries[0].reply_to_id == "500000000003"


def test_topics_are_read_with_all_that_they_show() -> None:
    listing = read_topics(recorded("mediatopic_getTopics"))
    news, resident, bare = (topic_message(topic, WALL) for topic in listing.entries)
    assert (listing.anchor, listing.has_more, listing.skipped) == ("LTI=", True, 0)
    assert news.text == "Завтра с 9:00 отключат воду на Садовой.\nПодвоз — у дома 5."
    assert (news.attachments, news.comment_count, news.author) == (("photo", "link"), 14, Author(WALL.external_id, is_community=True))
    assert news.published_at == utc(2026, 2, 2, 2, 40, 0).replace(microsecond=123_000)
    assert news.url == "https://ok.ru/group/53700000000001/topic/60700000000010"
    assert listing.entries[0].is_pinned
    assert (resident.text, resident.author) == ("Яма на Лесной", Author(NINA))
    assert (bare.external_id, bare.text, bare.author) == ("60700000000008", "", Author(WALL.external_id, is_community=True))


@pytest.mark.parametrize("name", ["missing_key", "null", "empty_object"])
def test_an_empty_list_comes_in_every_way(name: str) -> None:
    assert read_topics(recorded(f"mediatopic_getTopics_{name}")).entries == ()


def test_comments_are_read_with_all_that_they_show() -> None:
    listing = read_comments(recorded("discussions_getComments"))
    question, answer, sticker = (comment_message(comment, POST, listing.names) for comment in listing.entries)
    assert (listing.has_more, listing.subject) == (False, POST.external_id)
    assert question.author == Author(NINA, "Нина Соболева")
    assert question.published_at == utc(2026, 2, 2, 3, 40, 0).replace(microsecond=500_000)
    assert question.url == f"https://ok.ru/group/{GROUP}/topic/60700000000010#{question.external_id.replace('=', '%3D')}"
    assert answer.author == Author(WALL.external_id, "Администрация посёлка Берёзовый", is_community=True)
    assert (answer.reply_to_id, answer.root_id, answer.mentions) == (question.external_id, None, (NINA,))
    assert answer.text == "{user:560700000000001}Нина{user}, нет, только на Садовой."
    assert (sticker.text, sticker.attachments, sticker.mentions) == ("", ("photo", "sticker"), (WALL.external_id,))
    assert sticker.reply_to_id is None, "an id with spaces is none"


def test_an_old_comment_has_moscows_time_and_its_group_by_type() -> None:
    listing = read_comments(recorded("discussions_getComments_old"))
    question, answer = (comment_message(comment, POST, listing.names) for comment in listing.entries)
    assert (question.published_at, answer.published_at) == (utc(2014, 7, 1, 6), utc(2015, 7, 1, 7))
    assert question.author == Author(NINA, "Нина Соболева")
    assert answer.author == Author(WALL.external_id, "Берёзовый", is_community=True)
    assert (listing.has_more, listing.anchor) == (None, "")


def test_a_removed_comment_is_a_stub() -> None:
    listing = read_comments(recorded("discussions_getComments_removed"))
    stub, standing = (comment_message(comment, POST, {}) for comment in listing.entries)
    assert (stub.deleted, stub.author, stub.text, stub.mentions) == (True, None, None, ())
    assert not standing.deleted
    assert listing.has_more


def test_unreadable_entries_are_skipped_and_counted() -> None:
    topics = read_topics(recorded("mediatopic_getTopics_with_unreadable_entries"))
    assert ([topic.id for topic in topics.entries], topics.skipped) == (["60700000000006"], 3)
    assert topics.ids == ("60700000000007", "60700000000006")
    comments = read_comments(recorded("discussions_getComments_with_unreadable_entries"))
    assert ([comment.text for comment in comments.entries], comments.skipped) == (["нуль  внутри"], 3)


def test_counters_are_read_even_of_a_topic_that_cannot_be() -> None:
    assert read_counts(recorded("mediatopic_getByIds_without_summary")) == {"60700000000010": 5, "60700000000008": 0}


def test_groups_are_read() -> None:
    whole = OkGroup(GROUP, "Администрация посёлка Берёзовый", "berezovy.adm", is_closed=False, members=4120)
    assert read_groups(recorded("group_getInfo")) == (whole,)
    assert read_groups(recorded("group_getInfo_closed"))[0].is_closed
    assert read_groups(recorded("group_getInfo_null")) == ()


ADDRESSES = {
    "group": ("GROUP", GROUP),
    "number_only": ("GROUP", GROUP),
    "profile": ("PROFILE", "560700000000001"),
    "unknown": None,
    "empty": None,
}


@pytest.mark.parametrize(("name", "found"), ADDRESSES.items())
def test_addresses_are_read(name: str, found: tuple[str, str] | None) -> None:
    assert read_address(recorded(f"url_getInfo_{name}")) == found


def test_names_are_read_by_reference() -> None:
    assert read_names(recorded("users_getInfo")) == {NINA: "Нина Соболева", "user:560700000000002": "Пётр"}


def test_a_new_comments_id_is_read_in_every_shape() -> None:
    found = [read_new_comment(recorded(f"discussions_addDiscussionComment{end}")) for end in ("", "_bare", "_id")]
    assert len(set(found)) == 1
    assert found[0]
    assert read_new_comment(recorded("discussions_addDiscussionComment_unknown")) is None


@pytest.mark.parametrize("body", ["text", 5, True, [1], {"comments": "none"}, {"comments": [{}, {}]}])
def test_a_shape_without_a_list_is_unexpected(body: object) -> None:
    with pytest.raises(UnexpectedResponse):
        read_comments(answer_to("discussions.getComments", body))


@pytest.mark.parametrize("body", ["text", 5, {"uid": "1"}])
def test_groups_in_another_shape_are_unexpected(body: object) -> None:
    with pytest.raises(UnexpectedResponse):
        read_groups(answer_to("group.getInfo", body))
    with pytest.raises(UnexpectedResponse):
        read_address(answer_to("url.getInfo", [body]))
