"""Numbers and names that VK's documentation fixes, and a few that we chose."""

from datetime import timedelta

NETWORK = "vk"
BASE_URL = "https://api.vk.ru"
"""The documentation names api.vk.com and api.vk.ru alike; current clients call the latter."""

HOSTS = ("vk.com", "vk.ru", "m.vk.com", "m.vk.ru", "www.vk.com", "www.vk.ru")
VERSION = "5.199"
LANGUAGE = "ru"
MULTIPART_FROM_BYTES = 2000
"""Longer bodies go as multipart/form-data (dev.vk.com, API requests: "over 2 KB")."""

SERVICE_KEY = "vk_service"
COMMUNITY_KEY = "vk_community"
USER_KEY = "vk_user"
CREDENTIAL_KINDS = (SERVICE_KEY, COMMUNITY_KEY, USER_KEY)
USER_METHODS = frozenset({"video.get", "video.getComments"})
"""Methods that VK answers to people only."""

PAGE_SIZE = 100
THREAD_ITEMS = 10
POSTS_PER_COUNT = 100
PEOPLE_PER_CALL = 1000
COMMUNITIES_PER_CALL = 500

LONG_POLLS = 500
"""Connections that may stand open at a time, one a page."""
LONG_POLL_SECONDS = 25

PUSHED_EVENTS = (
    "wall_post_new",
    "wall_reply_new",
    "wall_reply_edit",
    "wall_reply_delete",
    "wall_reply_restore",
    "board_post_new",
    "board_post_edit",
    "board_post_delete",
    "board_post_restore",
)
DIRECT_EVENTS = ("message_new", "message_reply", "message_edit")
SERVER_TITLE = "Otklik"
"""VK shows it beside the address; 14 letters at most."""

BOARD_EVERY = timedelta(minutes=30)
"""How often a page's board is looked at for new topics; counters of known ones are looked at like those of posts."""
VIDEOS_EVERY = timedelta(minutes=15)
"""The same for videos: a broadcast is to be found while it runs."""
SECTION_OVERLAP = timedelta(hours=25)
"""How far before the next look a topic or video may have moved and still be told again: a page without any is asked once a day."""
NO_SECTION_PAUSE = timedelta(days=1)

PAGE_OVERLAP = 3
"""Entries that a page repeats from the one before, to see that nothing slipped between them."""

STEP_BACK = 50
MOST_STEPS_BACK = 20

POSTS_OVERLAP = 10
"""Posts older than the cursor that a reading must have met before it stops."""

WALL_LAG = timedelta(days=1)
"""How much older than the cursor a post may be and still be told again: it may have been published with an earlier date."""

TOO_FAST_SECONDS = 1.0
WAIT_SECONDS = 5.0
FLOOD_SECONDS = 300.0
QUOTA_PAUSE = timedelta(minutes=30)
"""After error 29 the method stays blocked for about half an hour (measured by clients); then one call tries again."""

LIMIT_PAUSE = timedelta(hours=3)
HUMAN_SECONDS = 3600.0
"""VK wants a captcha or a confirmation of the key's owner; nobody but an administrator may give it."""
