"""Which official messages of a thread an operator can link to a resident's question as an answer to it."""

from app.domain.answer import Answer, BoundBy
from app.domain.conversation import OfficialMessage, answer_of
from app.domain.errors import InvalidInput
from app.domain.event import Facts


def linked(official: OfficialMessage, known: Facts) -> Answer:
    """The message as an answer by an operator's word; `InvalidInput` when it is counted already, is gone, or came before the question."""
    message_id = official.place.message_id
    if message_id in known.answers:
        raise InvalidInput("message_id", f"The message {message_id} is counted as an answer to this resident already.")
    if official.gone is not None:
        raise InvalidInput("message_id", f"The message {message_id} has been deleted: it answers nobody.")
    if not any(ask.published_at < official.published_at for ask in known.asks.values()):
        raise InvalidInput("message_id", f"The message {message_id} was published before the question: it cannot be an answer to it.")
    return answer_of(official, BoundBy.OPERATOR)
