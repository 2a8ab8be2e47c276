"""Every documented shape is read, and what is in it."""

from pathlib import Path

import pytest

from connectors.sdk.errors import ConnectorError
from connectors.vk.schemas import VkCommunity, read_comment_id, read_comments, read_communities, read_posts, read_screen_name
from tests.connectors.vk.recorded_answers import READERS, answer_to, document, method_of, names, read_recording, recorded

SHARED = Path(__file__).resolve().parents[4] / "shared/reference/recorded"
SHAPES = sorted({name for method in READERS for name in names(method.replace(".", "_"))})
KNOWN = ("error_", "video_getComments", *(method.replace(".", "_") for method in READERS))
OUTSIDE = sorted(
    file for file in (*SHARED.glob("vk/*.json"), *SHARED.glob("constructed/vk_*.json")) if file.stem.removeprefix("vk_").startswith(KNOWN)
)


@pytest.mark.parametrize("name", SHAPES)
def test_every_recorded_answer_is_read(name: str) -> None:
    read_recording(name)


@pytest.mark.skipif(not OUTSIDE, reason="the answers recorded elsewhere lie outside of the repository and are not here")
@pytest.mark.parametrize("file", OUTSIDE, ids=lambda file: file.stem)
def test_every_answer_recorded_elsewhere_is_read_or_is_the_error_it_says(file: Path) -> None:
    name, body = file.stem.removeprefix("vk_"), document(file.stem, file.parent)
    if name.startswith("error_"):
        with pytest.raises(ConnectorError, match=f"VK error {name.split('_')[1]}"):
            answer_to("wall.get", body)
    elif name.startswith("video_getComments"):
        assert read_comments(answer_to("video.getComments", body)).total == 2146
    else:
        method = method_of(name)
        READERS[method](answer_to(method, body))


def test_a_wall_is_read_with_all_that_its_posts_show() -> None:
    listing = read_posts(recorded("wall_get_extended"))
    pinned, news, resident, repost = listing.entries
    assert pinned.is_pinned
    assert news.edited is not None
    assert (news.attachments, news.comment_count, news.comments_closed) == (("photo", "mini_app_banner"), 5, False)
    assert (resident.from_id, resident.comments_closed) == (4100001, True)
    assert repost.attachments == ("photos_list", "repost")
    assert listing.names[4100001] == "Нина Соболева"
    assert listing.names[-217300002] == "Водоканал"


def test_a_bare_old_post_is_read() -> None:
    post = read_posts(recorded("wall_get_bare")).entries[0]
    assert (post.id, post.comment_count, post.comments_closed) == (12, None, None)


def test_booleans_are_read_as_words_and_as_numbers() -> None:
    post = read_posts(recorded("wall_get_booleans_as_words")).entries[0]
    assert post.is_pinned
    assert post.comments_closed is True


def test_an_unreadable_entry_is_skipped_and_counted() -> None:
    listing = read_posts(recorded("wall_get_with_unreadable_entries"))
    assert [post.id for post in listing.entries] == [3501, 3502]
    assert listing.ids == (3500, 3501, 3502)
    assert listing.skipped == 2
    assert listing.names == {-217300001: "Администрация посёлка Берёзовый"}


def test_posts_are_read_from_items_and_from_a_bare_list() -> None:
    assert [post.comment_count for post in read_posts(recorded("wall_getById_items")).entries] == [7, 2]
    assert [post.comment_count for post in read_posts(recorded("wall_getById_bare_list")).entries] == [7]


def test_a_thread_is_read_with_stubs_replies_and_counts() -> None:
    listing = read_comments(recorded("wall_getComments_extended"))
    sticker, stub, question = listing.entries
    assert (listing.total, listing.level) == (8, 3)
    assert sticker.attachments == ("sticker",)
    assert (stub.is_deleted, stub.from_id, stub.text, stub.thread_count) == (True, None, None, 1)
    assert [(reply.id, reply.reply_to, reply.is_deleted) for reply in question.thread] == [
        (3316, 3315, False),
        (3317, 3316, False),
        (3318, None, True),
    ]
    assert question.thread_count == 4


def test_counts_the_other_way_round_are_told_apart() -> None:
    listing = read_comments(recorded("wall_getComments_counts_the_other_way_round"))
    assert (listing.total, listing.level) == (3, 2)


def test_odd_texts_lose_only_what_cannot_be_stored() -> None:
    texts = [comment.text for comment in read_comments(recorded("wall_getComments_odd_texts")).entries]
    assert texts == ["нуль  внутри", "одна половина ", "\U0001f621\u200b не топят"]


def test_communities_are_read_in_both_shapes() -> None:
    whole = VkCommunity(217300001, "Администрация посёлка Берёзовый", "berezovy_adm", is_closed=False, is_gone=False, members=4120)
    assert read_communities(recorded("groups_getById")) == (whole,)
    assert read_communities(recorded("groups_getById_bare_list"))[0].id == whole.id
    assert read_communities(recorded("groups_getById_closed"))[0].is_closed
    assert read_communities(recorded("groups_getById_deactivated"))[0].is_gone


@pytest.mark.parametrize(
    ("name", "found"),
    [("group", ("group", 217300002)), ("number_as_fraction", ("page", 217300001)), ("user", ("user", 4100001)), ("unknown", None)],
)
def test_short_names_are_read(name: str, found: tuple[str, int] | None) -> None:
    assert read_screen_name(recorded(f"utils_resolveScreenName_{name}")) == found


def test_a_published_comment_is_read_with_its_ancestors() -> None:
    assert read_comment_id(recorded("wall_createComment")) == (3390, ())
    assert read_comment_id(recorded("wall_createComment_in_thread")) == (3391, (3315,))
