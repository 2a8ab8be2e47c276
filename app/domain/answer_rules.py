"""What an official text is worth to the resident who asked: named patterns, read top to bottom, the first match wins.

The order says what outweighs what: a machine's greeting is never an answer whatever it says; a reasoned refusal is one
although it sounds negative; work reported as done or a fact given outweighs a promise; a promise with an executor or a
date outweighs thanks and questions back.
"""

import re
from dataclasses import dataclass

from app.domain.answer import AnswerClass


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """A named pattern over the lower-cased text."""

    name: str
    answer_class: AnswerClass
    pattern: re.Pattern[str]


def _rule(name: str, answer_class: AnswerClass, *alternatives: str) -> AnswerRule:
    return AnswerRule(name, answer_class, re.compile("|".join(f"(?:{alternative})" for alternative in alternatives)))


ADDRESS = re.compile(r"\[(?:id|club|public)\d+\|[^\]]*\]|https?://\S+")
WORDLESS = re.compile(r"[\W\d_]*")

RULES: tuple[AnswerRule, ...] = (
    _rule(
        "automatic greeting",
        AnswerClass.AUTO,
        r"автоматическ\w+ (?:ответ|сообщени)",
        r"\bавтоответ",
        r"\bя (?:чат-?)?бот\b",
        r"это сообщение (?:сформировано|отправлено) автоматически",
    ),
)


def classify_answer(text: str, attachments: tuple[str, ...] = ()) -> tuple[AnswerClass, str]:
    """The class of an official text and the name of the rule that decided.

    A text without words (a sticker, a heart, a bare mention) is `none`, whatever is attached to it.
    """
    plain = ADDRESS.sub(" ", text).lower().replace("ё", "е").strip()
    if WORDLESS.fullmatch(plain):
        return AnswerClass.NONE, "no words"
    for rule in RULES:
        if rule.pattern.search(plain):
            return rule.answer_class, rule.name
    return AnswerClass.SUBSTANTIVE, "says something of its own"
