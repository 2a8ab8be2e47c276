"""Numbers and names that OK's documentation fixes, and a few that we chose; README.md says how sure each is."""

from datetime import timedelta
from zoneinfo import ZoneInfo

NETWORK = "ok"
BASE_URL = "https://api.ok.ru"
SITE = "https://ok.ru"
HOSTS = ("ok.ru", "www.ok.ru", "m.ok.ru", "odnoklassniki.ru", "www.odnoklassniki.ru", "m.odnoklassniki.ru")

APPLICATION_KEY = "ok_app"
CREDENTIAL_KINDS = (APPLICATION_KEY,)

CLOCK = ZoneInfo("Europe/Moscow")
"""The zone of OK's dates without milliseconds."""

TOPIC = "GROUP_TOPIC"
TOPIC_FIELDS = "media_topic.*"
COMMENT_FIELDS = "comment.*"
GROUP_FIELDS = "uid,name,shortname,members_count,private"
NAME_FIELDS = "uid,name,first_name,last_name"

TOPICS_PER_PAGE = 50
COMMENTS_PER_PAGE = 100
TOPICS_PER_COUNT = 100
NAMES_PER_CALL = 100
NAMES_KEPT = 10_000

MEDIA_PER_TOPIC = 3
"""Blocks of a topic that `mediatopic.getByIds` gives at most; a topic with as many may have lost some."""

TOPICS_OVERLAP = 10
"""Topics older than the cursor that a reading must have met before it stops."""

WALL_LAG = timedelta(days=1)
"""How much older than the cursor a topic may be and still be told again: it may have been published with an earlier date."""

FLOOD_SECONDS = 120.0
BLOCK_SECONDS = 900.0
"""How long everything rests after OK has blocked our address."""

LIMIT_PAUSE = timedelta(minutes=15)
NAMES_PAUSE = timedelta(hours=1)
PROBE_LASTS = timedelta(days=1)
