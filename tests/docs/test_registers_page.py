"""The page on the registers says what the registers do: one table each, from their values."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsdesk.flows.registers import BY_KIND
from opsdesk.tickets.register import Move, Register

PAGE = Path(__file__).parents[2] / "docs" / "registers.md"
_HEAD = (
    "| step · 步骤 | from · 从 | to · 到 | who · 谁 | needs · 需要 |\n"
    "| --- | --- | --- | --- | --- |\n"
)
_EVERY = sorted(BY_KIND.values(), key=lambda one: list(BY_KIND).index(one.kind))


def states(register: Register) -> str:
    """Return the line of a register's states."""
    return " · ".join(f"`{one.name}` {one.label.zh}" for one in register.states)


def table(register: Register) -> str:
    """Return the table of a register's moves."""
    return _HEAD + "".join(f"{_row(register, move)}\n" for move in register.moves)


def _row(register: Register, move: Move) -> str:
    needs = [f"`{name}`" for name in move.needs]
    needs += ["a note · 理由"] * (move.noted is not None)
    cells = (
        f"`{move.name}` {move.label.zh}",
        ", ".join(f"`{name}`" for name in move.before),
        f"`{move.after}`" if move.after else "stays · 不变",
        ", ".join(sorted(role.value for role in move.roles)),
        ", ".join(needs) or "–",
    )
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("register", _EVERY, ids=lambda one: one.kind.value)
def test_the_page_names_every_state_and_step_of_a_register(register: Register) -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition(f"### {register.title.zh}")[2].partition("\n##")[0]
    assert f"`{register.prefix}-" in section
    assert states(register) in section
    assert table(register) in section
