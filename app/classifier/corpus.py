"""Reads the project's corpus: threads of posts and comments, one a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.examples import Example, is_held_out
from app.domain.verdict import Kind

NO_TOPIC = "none"


def read_corpus(path: Path) -> list[Example]:
    """The labelled messages of one file of threads or of every `*.jsonl` under a folder; `DataRefused` names file and line."""
    files = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise DataRefused(str(path), "there is no file *.jsonl in this folder")
    return [example for file in files for example in _read_file(file)]


def _read_file(file: Path) -> Iterator[Example]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield from _read_thread(line, f"{file}:{number}")


def _read_thread(line: str, where: str) -> Iterator[Example]:
    try:
        thread = json.loads(line)
        yield from _examples(thread)
    except json.JSONDecodeError as error:
        raise DataRefused(where, f"this is not JSON ({error.msg} at character {error.pos})") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise DataRefused(where, f"a thread needs id, post and comments with author and text ({error!r})") from error
    except ValueError as error:
        raise DataRefused(where, str(error)) from error


def _examples(thread: dict[str, Any]) -> Iterator[Example]:
    name, post = str(thread["id"]), thread["post"]
    texts: dict[str, str] = {}
    if "kind" in post:
        yield _example(TextInContext(_text(post)), post, name)
    for comment in thread["comments"]:
        text, reply_to = _text(comment), comment.get("reply_to")
        if reply_to is not None and str(reply_to) not in texts:
            raise ValueError(f"comment {comment['id']} replies to {reply_to}, which does not stand above it")
        texts[str(comment["id"])] = text
        if "kind" in comment:
            yield _example(TextInContext(text, post["text"], texts.get(str(reply_to))), comment, name)


def _text(message: dict[str, Any]) -> str:
    if not isinstance(message["text"], str):
        raise ValueError(f"a text must be a string, not {message['text']!r}")
    return message["text"]


def _example(text: TextInContext, labels: dict[str, Any], thread: str) -> Example:
    if labels["kind"] not in set(Kind):
        raise ValueError(f"the kind {labels['kind']!r} is none of {', '.join(Kind)}")
    topic = labels.get("topic") or labels.get("group")
    code = None if topic in {None, "", NO_TOPIC} else str(topic)
    return Example(text, Kind(labels["kind"]), labels.get("urgent"), code, thread, is_held_out(thread))
