"""What an official text is worth to the resident who asked: named rules in a fixed order, the first that holds decides.

1. A machine's text is never an answer, whatever it says.
2. A refusal that gives its reason is one, although it sounds negative; kind words with nothing definite answer nobody.
3. Sentence by sentence: a promise of work by a date, then work reported as done, outweigh everything said around them;
   then an invitation to write privately, because the answer is not to be read here.
4. A text with a sentence that no weaker rule explains says something of its own: it answers.
5. What is left is courtesy and acknowledgement: passed on, taken note of, will look, details please, thanks.
"""

import re

from app.domain.answer import AnswerClass
from app.domain.answer_patterns import MACHINE_RULES, SPEECH_RULES, STRONG_RULES, WEAK_RULES, AnswerRule

READ_AT_MOST = 4000
"""Characters of a text that the rules read: what is not said by then is hidden, and the work stays bounded."""

MARKUP = re.compile(r"\[(?:id|club|public)\d{1,20}\|[^\]\n]{0,200}\]|https?://\S{1,500}")
WORDLESS = re.compile(r"[\W\d_]*")
SENTENCE_END = re.compile(r"[!?;\n]+|…(?!\s(?:и|а|но)\s)|[.:](?=\s|$)")


def classify_answer(text: str, attachments: tuple[str, ...] = ()) -> tuple[AnswerClass, str]:
    """The class of an official text and the name of the rule that decided.

    A text without words (a sticker, a heart, a bare mention) is `none`, whatever is attached to it.
    """
    plain = MARKUP.sub(" ", text[:READ_AT_MOST]).lower().replace("ё", "е").strip()
    if WORDLESS.fullmatch(plain):
        return AnswerClass.NONE, "no words"
    rule = _first(MACHINE_RULES, [plain]) or _first(SPEECH_RULES, [plain]) or _by_sentences(plain)
    return (rule.answer_class, rule.name) if rule else (AnswerClass.SUBSTANTIVE, "says something of its own")


def _by_sentences(text: str) -> AnswerRule | None:
    """The strongest rule of the text's sentences, `None` when a sentence follows no rule at all."""
    sentences = [sentence for sentence in SENTENCE_END.split(text) if not WORDLESS.fullmatch(sentence)]
    strong = _first(STRONG_RULES, sentences)
    if strong is not None:
        return strong
    explained = [rule for sentence in sentences if (rule := _first(WEAK_RULES, [sentence])) is not None]
    return min(explained, key=WEAK_RULES.index) if len(explained) == len(sentences) else None


def _first(rules: tuple[AnswerRule, ...], texts: list[str]) -> AnswerRule | None:
    return next((rule for rule in rules if any(rule.holds(text) for text in texts)), None)
