"""video.get and video.getComments, which VK answers to people only."""

from typing import Any

from connectors.vk.emulator.call import PEOPLE, Call, Method, existing_page
from connectors.vk.emulator.comments import comments_under
from connectors.vk.emulator.posts import post_name
from connectors.vk.emulator.profiles import extension
from connectors.vk.emulator.refusals import Refusal, invalid
from connectors.vk.emulator.shapes import Shape, likes_shape
from connectors.vk.emulator.tokens import out_of_scope
from connectors.vk.emulator.wall import Entry, Wall
from connectors.vk.emulator.world import World

MOST_VIDEOS = 200
BROADCAST = "live"
"""Among the attachments of a video: it is a live broadcast."""


def get(call: Call) -> dict[str, Any]:
    """A page's videos, newest first, or those that are named and open."""
    check_scope(call)
    names = call.parameters.listing("videos")
    if len(names) > MOST_VIDEOS:
        raise invalid(f"videos should have at most {MOST_VIDEOS} elements")
    found = named(call.world, names) if names else open_wall(call).videos[::-1]
    first = call.parameters.natural("offset", 0)
    shown = found[first : first + call.parameters.natural("count", 100, most=MOST_VIDEOS)]
    answer = {"count": len(found), "items": [video_shape(call.world, video) for video in shown]}
    if not call.parameters.flag("extended"):
        return answer
    return answer | extension(call.world, [video.owner_id for video in shown], call.parameters.listing("fields"))


def get_comments(call: Call) -> dict[str, Any]:
    """One level of a video's comments, told as those of a post are."""
    check_scope(call)
    video = open_wall(call).video(call.parameters.required("video_id"))
    if video is None:
        raise Refusal(15, "video not found")
    if video.message.comments_hidden:
        raise Refusal(801)
    return comments_under(call, video, preview_length=0)


def check_scope(call: Call) -> None:
    if "video" not in call.token.rights:
        raise out_of_scope()


def open_wall(call: Call) -> Wall:
    page = existing_page(call.world, call.parameters.required("owner_id"))
    if page.closed:
        raise Refusal(204)
    return call.world.walls[page.id]


def named(world: World, names: list[str]) -> list[Entry]:
    found = []
    for owner_id, video_id in map(post_name, names):
        page = world.pages.get(-owner_id)
        video = world.walls[-owner_id].video(video_id) if page and not (page.closed or page.deleted) else None
        found += [video] if video else []
    return found


def video_shape(world: World, video: Entry) -> Shape:
    title, _, description = world.text_of(video).partition("\n")
    date = int(video.message.at.timestamp())
    is_open = int(not (video.message.comments_closed or video.message.comments_hidden))
    is_live = BROADCAST in video.message.attachments
    shape: Shape = {"id": video.id, "owner_id": video.owner_id, "title": title, "description": description, "date": date}
    counts = {"comments": video.present_comments, "views": 50 + video.id, "duration": 0 if is_live else 60, "likes": likes_shape(video)}
    about = {"adding_date": date, "can_comment": is_open, "type": BROADCAST if is_live else "video"}
    return shape | counts | about | ({"live": 1, "spectators": 7} if is_live else {})


METHODS = {"video.get": Method(PEOPLE, get), "video.getComments": Method(PEOPLE, get_comments)}
