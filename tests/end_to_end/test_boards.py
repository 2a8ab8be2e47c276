"""A discussion board from the network to the queue: its comments are stored once, its questions wait, and answers stop their clocks."""

from datetime import datetime, timedelta

from app.storage.engine import Database
from tests.end_to_end.hamlet import BORIS, DONE, HALL, comment, post, watched_hamlet


async def test_a_question_on_a_board_waits_until_it_is_answered_there(database: Database, noon: datetime) -> None:
    def ago(minutes: int) -> datetime:
        return noon - timedelta(minutes=minutes)

    messages = (
        post("news", ago(300)),
        post("topic", ago(290), "Вопросы главе", on_board=True),
        comment("opening", ago(289), "Задавайте вопросы", post_key="topic", author_id=-HALL),
        comment("asked", ago(200), post_key="topic"),
        comment("asked too", ago(190), post_key="topic", author_id=BORIS),
        comment("answer", ago(-60), DONE, post_key="topic", author_id=-HALL, reply_to_key="asked"),
        comment("regret", ago(100), "Ошибся", post_key="topic", author_id=BORIS, deleted_at=ago(-100)),
    )
    async with watched_hamlet(database, noon, messages, ["asked", "asked too"]) as village:
        assert await village.is_all_stored()
        await village.go_on(timedelta(hours=6))

        assert await village.is_all_stored()
        turns = await village.watch.rows(
            "SELECT i.author_id, t.first_answered_at FROM turns t JOIN incidents i ON i.id = t.incident_id ORDER BY i.author_id"
        )
        assert [row.first_answered_at for row in turns] == [ago(-60), None]
        urls = await village.watch.rows("SELECT url FROM messages WHERE post_id LIKE 'topic%' AND comment_id <> ''")
        topic = village.emulator.ids["topic"]
        assert all(row.url.startswith(f"https://vk.com/topic-{HALL}_{topic}?post=") for row in urls)
