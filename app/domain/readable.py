"""People's texts without the markup of networks."""

import re

# Bounded, as everything that is searched for in a text of anybody's: `[id1|` a thousand times over must not hold up a page.
MENTION = re.compile(r"\[(?:id|club|public|event)\d+(?::[^\]|]{0,100})?\|([^\]]{0,300})\]|\{(user|group):\d+\}(.{0,300}?)\{\2\}", re.DOTALL)
PERSON = re.compile(r"\[id\d+(?=[:|])|\{user:\d+(?=\})")
MARKUP = re.compile(r"\[(?:id|club|public|event)\d+(?::[^\]|]{0,100})?(?=\|)|\{/?(?:user|group)(?::\d+)?\}")
DIGIT = re.compile(r"\d")
DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def readable(text: str) -> str:
    """The text with people's names for mentions, and without marks that turn the reading direction of what stands around."""
    return DIRECTION_MARKS.sub("", MENTION.sub(r"\1\3", text))


def without_numbers(text: str) -> str:
    """The text with noughts for people's numbers in mentions: as long as it was, so that places in it stay where they are."""
    return PERSON.sub(lambda found: DIGIT.sub("0", found.group()), text)


def without_markup(text: str) -> str:
    """The text with blanks for what makes a name a mention: nobody's words, and as long as it was."""
    return MARKUP.sub(lambda found: " " * len(found.group()), text)
