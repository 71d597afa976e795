"""A run carries its plan as bytes: the same plan is the same bytes, and comes back whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from runbooks import loader
from runbooks.plan import Closing, Plan, Title
from tests.runbooks.example import EXAMPLE

WORDS = strategies.text(max_size=12)
strategies.register_type_strategy(
    timedelta,
    strategies.integers(0, 999_999 * 86_400).map(lambda n: timedelta(seconds=n)),
)
NUMBERS = strategies.integers(0, 999_999_999)
CLOSINGS = strategies.builds(
    Closing,
    requires=strategies.lists(strategies.builds(Title, WORDS, WORDS), max_size=2).map(
        tuple
    ),
    least_notes=NUMBERS,
    review_within_working_days=NUMBERS,
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    plan=strategies.builds(
        Plan, closing=CLOSINGS, issued=strategies.dates(date(1, 1, 1))
    )
)
def test_a_plan_comes_back_from_its_bytes_as_it_was(plan: Plan) -> None:
    content = loader.dumps(plan)
    again = loader.loads(content)
    assert again == plan
    assert loader.dumps(again) == content


@pytest.mark.parametrize("plan", loader.shipped(), ids=lambda plan: plan.id)
def test_the_shipped_plans_come_back_from_their_bytes(plan: Plan) -> None:
    assert loader.loads(loader.dumps(plan)) == plan


def test_any_edit_of_a_plan_is_another_hash() -> None:
    plan = loader.parse(EXAMPLE.encode())
    steps = (*plan.steps[:-1], replace(plan.steps[-1], two_people=True))
    edited = replace(plan, steps=steps)
    assert loader.digest(edited) != loader.digest(plan)


def test_layout_and_comments_of_the_file_are_no_edit() -> None:
    dressed = f"# 说明\n{EXAMPLE}\n\n# end\n"
    one, other = (loader.parse(text.encode()) for text in (EXAMPLE, dressed))
    assert loader.digest(one) == loader.digest(other)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"schema":2,"plan":{}}', b'{"schema":1,"plan":{}}']
)
def test_bytes_that_are_no_plan_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        loader.loads(content)


def test_the_bytes_say_which_schema_they_follow() -> None:
    assert json.loads(loader.dumps(loader.parse(EXAMPLE.encode())))["schema"] == 1
