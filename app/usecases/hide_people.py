"""What of people is shown to whom: names to those who answer them, numbers on the network to nobody beyond one thread."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.operator import Act, Operator
from app.domain.readable import without_numbers
from app.storage.collected import CollectedMessage
from app.storage.incident_details import IncidentDetails, ShownAnswer, ShownMessage, ShownReply
from app.storage.privacy.marks import Marks
from app.usecases.show_mass import ShownMass

THREAD = "thread"
LENGTH = 16


def incidents_for(operator: Operator, incidents: Sequence[IncidentDetails]) -> Sequence[IncidentDetails]:
    """The incidents, without what tells who the residents are for who does not work on them."""
    return incidents if operator.may(Act.WORK) else [incident_for(operator, one) for one in incidents]


def incident_for(operator: Operator, incident: IncidentDetails) -> IncidentDetails:
    """The incident; who does not work on it gets neither the resident's name nor an address or a mention that holds their number."""
    if operator.may(Act.WORK):
        return incident
    asked = None if incident.message is None else _anonymous(incident.message)
    return replace(
        incident,
        message=None if asked is None else replace(asked, author_name=None),
        first_answer=None if incident.first_answer is None else _anonymous(incident.first_answer),
        answers=tuple(_answer(one) for one in incident.answers),
        replies=tuple(_reply(one, is_private=asked is not None and asked.is_private) for one in incident.replies),
    )


def messages_for(operator: Operator, messages: Sequence[CollectedMessage]) -> Sequence[CollectedMessage]:
    """The messages, without what tells who the residents are for who does not work on incidents."""
    return messages if operator.may(Act.WORK) else [_message(one) for one in messages]


def mass_for(operator: Operator, mass: ShownMass) -> ShownMass:
    """A proposal, likewise."""
    if operator.may(Act.WORK):
        return mass
    said = mass.said
    if said is not None:
        said = replace(said, text=without_numbers(said.text), url=None if said.is_private else said.url)
    return replace(mass, said=said, incidents=incidents_for(operator, mass.incidents))


def author_within_thread(marks: Marks, message: CollectedMessage) -> str | None:
    """By what an author is recognised in the thread and nowhere else; pages and bodies by their own ids."""
    if message.author_id is None or message.is_voice:
        return message.author_id
    return marks.of(THREAD, f"{message.source_id}\n{message.post_id}\n{message.author_id}").hex()[:LENGTH]


def _anonymous(message: ShownMessage) -> ShownMessage:
    text = None if message.text is None else without_numbers(message.text)
    return replace(message, text=text, url=None if message.is_private else message.url)


def _answer(answer: ShownAnswer) -> ShownAnswer:
    return replace(answer, message=_anonymous(answer.message))


def _reply(reply: ShownReply, *, is_private: bool) -> ShownReply:
    return replace(reply, text=without_numbers(reply.text), url=None if is_private else reply.url)


def _message(message: CollectedMessage) -> CollectedMessage:
    text = None if message.text is None else without_numbers(message.text)
    shown = message if message.is_voice else replace(message, author_name=None)
    return replace(shown, text=text, url=None, parent_url=None) if message.is_direct else replace(shown, text=text)
