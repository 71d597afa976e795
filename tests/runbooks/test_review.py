"""What is thin in a plan is said, and a good plan hears nothing."""

from __future__ import annotations

import pytest

from runbooks import loader, review
from runbooks.plan import Mode, Plan
from tests.runbooks.example import EXAMPLE


def remarks(*changes: tuple[str, str]) -> list[str]:
    """Return what is said of the example after changes."""
    text = EXAMPLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    plan = loader.parse(text.encode())
    return [f"{one.path}: {one.words.en}" for one in review.review(plan)]


@pytest.mark.parametrize("plan", loader.shipped(), ids=lambda plan: plan.id)
def test_the_shipped_plans_hear_nothing(plan: Plan) -> None:
    assert review.review(plan) == ()


def test_the_example_hears_nothing() -> None:
    assert remarks() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    marks: contained\n", "", "steps: No step marks contained"),
        ("    target: 1h", "    target: 5h", "steps.mail-flows: Its target is later"),
        ("    target: 2h", "    target: 5m", "steps.verify: It is due before mail-flo"),
        ("  - part: scribe", "  - part: support", "roles: Nobody plays scribe."),
        (
            "part: commander\n    title: {zh: 批",
            "part: operator\n    title: {zh: 批",
            "steps.allow: The part that approves carries out switch-over as well.",
        ),
        ("  - mode: tabletop", "  - mode: live", ""),
    ],
)
def test_what_is_thin_is_said(old: str, new: str, said: str) -> None:
    more = {
        "  - part: scribe": [
            ("    part: scribe", "    part: support"),
            ("liaison, scribe]", "liaison]"),
        ]
    }.get(old, [])
    found = remarks((old, new), *more)
    assert any(one.startswith(said) for one in found) or (not said and not found)


def test_a_step_that_preserves_without_proof_is_pointed_out() -> None:
    found = remarks(
        ("phase: verify", "phase: preserve"),
        ("    evidence: {kinds: [photo], least: 1}\n", ""),
    )
    assert found == ["steps.verify: A step that preserves asks no proof."]


def test_a_live_drill_without_a_way_back_is_pointed_out() -> None:
    start, end = EXAMPLE.index("roll_back:"), EXAMPLE.index("closing:")
    found = remarks(
        (EXAMPLE[start:end], "roll_back: []\n"), ("mode: tabletop", "mode: live")
    )
    assert found == ["drills.live: A live drill without a way back."]


def test_a_drill_that_leaves_out_what_a_step_waits_for_is_pointed_out() -> None:
    found = remarks(("    ttl: 15m\n", "    ttl: 15m\n    modes: [live]\n"))
    expected = "steps.switch-over: It waits for allow, which a tabletop drill leaves"
    assert [one.startswith(expected) for one in found] == [True]


def test_steps_of_a_mode_and_when_the_last_should_be_over() -> None:
    text = EXAMPLE.replace("    ttl: 15m\n", "    ttl: 15m\n    modes: [live]\n")
    plan = loader.parse(text.encode())
    table = [step.key for step in review.steps_of(plan, Mode.TABLETOP)]
    assert table == ["report", "switch-over", "mail-flows", "verify"]
    assert len(review.steps_of(plan, None)) == 5
    assert review.planned_minutes(plan, None) == 120
