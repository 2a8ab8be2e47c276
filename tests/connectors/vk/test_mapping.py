"""VK's shapes as messages: addresses, authors, mentions, threads."""

from datetime import UTC, datetime

import pytest

from connectors.sdk.contract import Author, MessageType, PostRef, Wall
from connectors.vk.mapping import comment_message, mentions, post_message, resolved_source
from connectors.vk.schemas import VkComment, read_comments, read_communities, read_posts
from tests.connectors.vk.recorded_answers import recorded

WALL = Wall("vk", "-217300001")
POST = PostRef(WALL, "3310")
DATE = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("[id123|Имя], ждём", ("123",)),
        ("[club7|Водоканал] и [public8|ЖКХ], [event9|Ярмарка]", ("-7", "-8", "-9")),
        ("[id5:bp-7_31|Анна], да", ("5",)),
        ("[id5|А] [id5|А] [club5|К]", ("5", "-5")),
        ("[id5|]", ("5",)),
        ("[vasya|Василий] [post5|А] [id|А] [id5] id5 @id5 [https://vk.com/id5|А]", ()),
        ("", ()),
    ],
)
def test_mentions_are_the_authors_whom_the_text_addresses(text: str, ids: tuple[str, ...]) -> None:
    assert mentions(text) == ids


def test_a_post_becomes_a_message_with_its_canonical_address() -> None:
    listing = read_posts(recorded("wall_get_extended"))
    news = post_message(listing.entries[1], listing.names)
    assert news.type is MessageType.POST
    assert (news.external_id, news.wall, news.url) == ("3310", WALL, "https://vk.com/wall-217300001_3310")
    assert news.author == Author("-217300001", "Администрация посёлка Берёзовый", is_community=True)
    assert news.mentions == ("-217300002",)
    assert news.text is not None
    assert news.text.startswith("[club217300002|Водоканал]")
    assert news.edited_at is not None
    assert (news.comment_count, news.comments_closed) == (5, False)


def test_a_residents_post_is_the_residents() -> None:
    listing = read_posts(recorded("wall_get_extended"))
    assert post_message(listing.entries[2], listing.names).author == Author("4100001", "Нина Соболева")


def test_comments_are_closed_only_when_communities_may_not_write_either() -> None:
    listing = read_posts(recorded("wall_get_extended"))
    assert [post_message(post, listing.names).comments_closed for post in listing.entries] == [False, False, True, False]


def test_a_reply_names_post_root_and_the_comment_it_answers() -> None:
    listing = read_comments(recorded("wall_getComments_extended"))
    question = listing.entries[2]
    root = comment_message(question, POST, listing.names)
    answer, thanks, stub = (comment_message(reply, POST, listing.names) for reply in question.thread)
    assert root.url == "https://vk.com/wall-217300001_3310?reply=3315"
    assert (root.post_id, root.root_id, root.reply_to_id) == ("3310", None, None)
    assert answer.url == "https://vk.com/wall-217300001_3310?reply=3316&thread=3315"
    assert (answer.root_id, answer.reply_to_id, answer.mentions) == ("3315", "3315", ("4100001",))
    assert answer.author == Author("-217300001", "Администрация посёлка Берёзовый", is_community=True)
    assert (thanks.root_id, thanks.reply_to_id) == ("3315", "3316")
    assert (stub.deleted, stub.author, stub.text, stub.root_id) == (True, None, None, "3315")


def test_a_reply_without_its_ancestors_belongs_to_the_thread_it_was_listed_in() -> None:
    message = comment_message(VkComment(9, DATE, 5, "и у нас"), POST, {}, root_id=7)
    assert (message.root_id, message.reply_to_id) == ("7", "7")


def test_an_author_without_a_profile_has_no_name() -> None:
    assert comment_message(VkComment(9, DATE, 5, "и у нас"), POST, {}).author == Author("5")


def test_a_community_is_resolved_to_the_address_that_outlives_its_name() -> None:
    source = resolved_source(read_communities(recorded("groups_getById"))[0])
    assert (source.wall, source.url, source.screen_name) == (WALL, "https://vk.com/club217300001", "berezovy_adm")
    assert (source.name, source.members, source.closed) == ("Администрация посёлка Берёзовый", 4120, False)
