"""The page about writing plans names all that a plan may say, and its example is one."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from runbooks import loader, review
from runbooks.checking import ACTIONS
from runbooks.plan import (
    Action,
    Clock,
    Doing,
    Drill,
    Failing,
    Kind,
    LevelRule,
    Mode,
    Objectives,
    Parameter,
    Part,
    Phase,
    Plan,
    Precheck,
    Proof,
    Question,
    Role,
    Scenario,
    Step,
)
from tests.runbooks.example import EXAMPLE, PAGE

TEXT = PAGE.read_text(encoding="utf-8").replace(EXAMPLE, "")
NAMED = set(re.findall(r"`([\w.-]+)`", TEXT))
NAMED |= set(re.findall(r"\w+", " ".join(re.findall(r"`\{(.*?)\}`", TEXT))))


def test_the_example_is_a_plan_that_hears_no_remark() -> None:
    assert review.review(loader.parse(EXAMPLE.encode())) == ()


@pytest.mark.parametrize(
    "noun",
    [Plan, LevelRule, Role, Objectives, Parameter, Precheck, Step, Drill, Question],
)
def test_every_key_is_explained(noun: type) -> None:
    assert {one.name for one in fields(noun)} - NAMED == set()


@pytest.mark.parametrize(
    "kind", [Scenario, Mode, Part, Doing, Phase, Proof, Failing, Clock, Kind, Action]
)
def test_every_choice_is_named(kind: type) -> None:
    assert {one.value for one in kind} - NAMED == set()  # type: ignore[attr-defined]


@pytest.mark.parametrize("action", Action)
def test_the_table_of_actions_is_the_programs(action: Action) -> None:
    (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| `{action}`"))
    _, _, takes, answers, _ = row.split("|")
    assert set(re.findall(r"`(\w+)`", takes)) == set(ACTIONS[action].takes)
    assert set(re.findall(r"`(\w+)`", answers)) == set(ACTIONS[action].answers)
    optional = set(re.findall(r"`(\w+)` \(optional\)", takes))
    assert optional == set(ACTIONS[action].takes) - ACTIONS[action].needs
