"""Whatever is done to a plan's file: a plan comes out, or mistakes with their lines."""

from __future__ import annotations

import re

from hypothesis import given, settings, strategies

from runbooks import loader, review
from tests.runbooks.example import EXAMPLE

LINES = EXAMPLE.splitlines(keepends=True)
TOLD = re.compile(r"p:[1-9][0-9]*:[1-9][0-9]*: .+", re.DOTALL)
SPLINTERS = strategies.one_of(
    strategies.sampled_from(
        [
            r"{",
            r"}",
            r"[",
            r"]",
            r":",
            r"-",
            r"&a",
            r"*a",
            r"!!binary",
            r"?",
            r"'",
            r'"',
            r"|",
            r"null",
            r"true",
            r"~",
            r"-1",
            r"1e999",
            r"{x}",
            r"<<:",
        ]
    ),
    strategies.sampled_from(["\t", "\0", "\n", ": ", "- ", "\ud7ff"]),
    strategies.text(max_size=8),
)
SPOTS = strategies.integers(0, len(EXAMPLE))
ROWS = strategies.integers(0, len(LINES) - 1)


def look(content: bytes) -> None:
    """Read what may be no plan; the reader must answer in words."""
    plan, bad = None, None
    try:
        plan = loader.parse(content, "p")
    except loader.BadPlan as told:
        bad = told
    if plan is not None:
        review.review(plan)
        assert loader.loads(loader.dumps(plan)) == plan
    else:
        assert bad is not None
        said = [loader.told("p", m, who) for m in bad.mistakes for who in ("zh", "en")]
        assert said
        assert [one for one in said if not TOLD.fullmatch(one)] == []


@settings(max_examples=60)
@given(spot=SPOTS, cut=strategies.integers(0, 30), splinter=SPLINTERS)
def test_a_stretch_of_text_replaced(spot: int, cut: int, splinter: str) -> None:
    wrong = EXAMPLE[:spot] + splinter + EXAMPLE[spot + cut :]
    look(wrong.encode("utf-8", "surrogatepass"))


@settings(max_examples=60)
@given(one=ROWS, other=ROWS, act=strategies.sampled_from(("drop", "double", "swap")))
def test_lines_dropped_doubled_or_swapped(one: int, other: int, act: str) -> None:
    lines = list(LINES)
    if act == "drop":
        del lines[min(one, other) : max(one, other)]
    elif act == "double":
        lines.insert(other, lines[one])
    else:
        lines[one], lines[other] = lines[other], lines[one]
    look("".join(lines).encode())


@settings(max_examples=60)
@given(row=ROWS, value=SPLINTERS)
def test_a_value_replaced_by_another(row: int, value: str) -> None:
    lines = list(LINES)
    head, colon, _rest = lines[row].partition(":")
    lines[row] = f"{head}{colon} {value}\n"
    look("".join(lines).encode("utf-8", "surrogatepass"))


@settings(max_examples=40)
@given(content=strategies.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    look(content)
