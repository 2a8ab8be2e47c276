"""Ready texts for replies: gaps that are filled before anybody reads them, and what such a text is worth to the resident."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NewType

from app.domain.answer import AnswerClass
from app.domain.answer_rules import classify_answer
from app.domain.deadline import Policy
from app.domain.errors import InvalidInput
from app.domain.reply import GAP, GAPS, readable_reply
from app.domain.turn import stops_first

ReadyTextId = NewType("ReadyTextId", int)

LONGEST_TITLE = 100
MOST = 300
"""Ready texts of a region: more than that nobody finds anything in."""
BRACES = re.compile(r"\{([^{}\n]{0,40})\}")
SAMPLES: Mapping[str, str] = {"имя": "Анна", "тема": "Освещение улиц", "ведомство": "Городская администрация", "срок": "5 декабря"}
"""What gaps are filled with when a text is judged before there is an incident."""


@dataclass(frozen=True, slots=True)
class NewReadyText:
    """A title to find it by, the text with its gaps, and the topic (or group of topics) it is for; `None` for any."""

    title: str
    text: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A text for one incident. `missing` are the gaps that the incident has nothing for: they stay as they are."""

    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """The class that the text would have as an answer, the rule that says so, and whether it stops the clock of the first answer."""

    answer_class: AnswerClass
    rule: str
    stops_clock: bool


def sensible(new: NewReadyText) -> NewReadyText:
    """The text as it is kept; `InvalidInput` for one without words or title, or with a gap that nothing can fill."""
    title = " ".join(new.title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise InvalidInput("title", f"A ready text needs a title of at most {LONGEST_TITLE} characters.")
    said = readable_reply(new.text, with_gaps=True)
    unknown = [name for name in BRACES.findall(said) if name not in GAPS]
    if unknown:
        raise InvalidInput("gaps", f"There is no gap {{{unknown[0]}}}: there are {', '.join(f'{{{name}}}' for name in GAPS)}.")
    return NewReadyText(title, said, new.topic)


def fill(text: str, values: Mapping[str, str | None]) -> Filled:
    """The text with its gaps filled by what is known."""
    missing = tuple(dict.fromkeys(name for name in GAP.findall(text) if not values.get(name)))
    return Filled(GAP.sub(lambda found: values.get(found[1]) or found[0], text), missing)


def worth_of(text: str, policy: Policy) -> Worth:
    """What the text would be worth under the policy, by the rules that judge every official answer."""
    answer_class, rule = classify_answer(fill(text, SAMPLES).text)
    return Worth(answer_class, rule, answer_class in stops_first(policy))
