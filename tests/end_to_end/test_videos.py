"""Videos from the network to the queue, by a person's key: stored once, questions wait, answers stop their clocks."""

from datetime import datetime, timedelta

from app.storage.engine import Database
from connectors.sdk.contract import Credential
from tests.end_to_end.hamlet import BORIS, DONE, HALL, comment, post, watched_hamlet

PERSON = Credential("vk_user", "person", "person-token-of-the-test")


async def test_a_question_under_a_broadcast_waits_until_it_is_answered_there(database: Database, noon: datetime) -> None:
    def ago(minutes: int) -> datetime:
        return noon - timedelta(minutes=minutes)

    messages = (
        post("news", ago(300)),
        post("video", ago(290), "Прямая линия\nСпрашивайте", is_video=True, attachments=("live",)),
        comment("asked", ago(200), post_key="video"),
        comment("asked too", ago(190), post_key="video", author_id=BORIS),
        comment("answer", ago(-60), DONE, post_key="video", author_id=-HALL, reply_to_key="asked"),
        comment("regret", ago(100), "Ошибся", post_key="video", author_id=BORIS, deleted_at=ago(-100)),
    )
    town = watched_hamlet(database, noon, messages, ["asked", "asked too"], person=PERSON, user_tokens=[PERSON.secret])
    async with town as village:
        assert await village.is_all_stored()
        await village.go_on(timedelta(hours=6))

        assert await village.is_all_stored()
        turns = await village.watch.rows(
            "SELECT i.author_id, t.first_answered_at FROM turns t JOIN incidents i ON i.id = t.incident_id ORDER BY i.author_id"
        )
        assert [row.first_answered_at for row in turns] == [ago(-60), None]

        village.emulator.revoke(PERSON.secret)
        village.emulator.add(comment("by day", village.hands.now + timedelta(minutes=5)))
        await village.go_on(timedelta(hours=2))
        hall = await village.hall()
        assert (hall.paused_reason, hall.last_error) == (None, None), "the end of a person's key is no trouble of the page's"
        assert await village.is_all_stored()
