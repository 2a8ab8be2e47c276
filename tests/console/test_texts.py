"""Everything that can be shown has a Russian name."""

import ast
from collections.abc import Mapping
from enum import StrEnum
from inspect import getsource

import pytest

from app.console import texts
from app.domain import answer_patterns, answer_rules
from app.domain.answer import AnswerClass, BoundBy
from app.domain.answer_patterns import AnswerRule
from app.domain.deadline import ClockStart
from app.domain.incident import IncidentStatus
from app.domain.operator import Role
from app.domain.reply import NOT_DELIVERED
from app.domain.source import PauseReason
from app.domain.turn import TurnFlag, TurnState
from app.domain.verdict import Kind
from app.domain.wait_parts import PartKind


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (texts.KINDS, Kind),
        (texts.STATUSES, IncidentStatus),
        (texts.ROLES, Role),
        (texts.CLOCK_STARTS, ClockStart),
        (texts.ANSWER_CLASSES, AnswerClass),
        (texts.BINDINGS, BoundBy),
        (texts.TURN_STATES, TurnState),
        (texts.TURN_FLAGS, TurnFlag),
        (texts.PARTS, PartKind),
        (texts.PAUSE_REASONS, PauseReason),
    ],
)
def test_every_value_has_a_name(names: Mapping[StrEnum, str], values: type[StrEnum]) -> None:
    assert set(names) == set(values)


def test_every_rule_that_recognises_answers_has_a_name() -> None:
    assert set(texts.ANSWER_RULES) == {*patterns(), *plain_names()}


def patterns() -> set[str]:
    """The names of the rules that are made of patterns."""
    tables = [value for value in vars(answer_patterns).values() if isinstance(value, tuple)]
    return {rule.name for table in tables for rule in table if isinstance(rule, AnswerRule)}


def plain_names() -> set[str]:
    """The names that the function gives by itself."""
    pairs = [node for node in ast.walk(ast.parse(getsource(answer_rules))) if isinstance(node, ast.Tuple) and len(node.elts) == 2]
    return {
        pair.elts[1].value
        for pair in pairs
        if ast.unparse(pair.elts[0]).startswith("AnswerClass.")
        and isinstance(pair.elts[1], ast.Constant)
        and isinstance(pair.elts[1].value, str)
    }


@pytest.mark.parametrize(
    ("number", "form"), [(1, "раз"), (2, "раза"), (5, "раз*"), (11, "раз*"), (12, "раз*"), (21, "раз"), (104, "раза"), (114, "раз*")]
)
def test_a_noun_agrees_with_its_number(number: int, form: str) -> None:
    assert texts.plural(number, "раз", "раза", "раз*") == form


def test_a_reply_that_came_to_nobody_is_not_said_to_be_refused() -> None:
    assert texts.reply_trouble(f"{NOT_DELIVERED}: no suitable device") == "сеть приняла ответ, но не доставила, и житель его не получил"
    assert "не приняла" in texts.reply_trouble("status 6")
