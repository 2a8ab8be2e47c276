"""What topics the messages to be compared may have: not only the likeliest, by which two that tell of one thing often part."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from app.classifier.contract import TextInContext
from app.classifier.linear import LinearClassifier
from app.classifier.regional.model import AnyClassifier
from app.classifier.subjects import name_topics
from app.domain.likeness import Telling, chances_of

Key = TypeVar("Key")


async def with_chances(tellings: Mapping[Key, Telling], classifier: AnyClassifier) -> dict[Key, Telling]:
    """The tellings with the chances of their topics, except of those to which a person or the context gave another."""
    return await asyncio.to_thread(_heard, tellings, classifier)


def _heard(tellings: Mapping[Key, Telling], classifier: AnyClassifier) -> dict[Key, Telling]:
    if not tellings:
        return {}
    probabilities = classifier.predict([TextInContext(one.text) for one in tellings.values()])
    model = classifier.model if isinstance(classifier, LinearClassifier) else classifier.base.model
    named = [topic for topic, *_ in name_topics(probabilities.subjects, model)]
    chances = probabilities.subjects.topics.tolist()
    rows = zip(tellings.items(), named, chances, strict=True)
    return {key: replace(one, chances=chances_of(row)) if one.topic in {None, name} else one for (key, one), name, row in rows}
