"""The command leaves at once, and loses nothing that it said."""

from __future__ import annotations

import subprocess  # noqa: TID251 - the command as a process of its own
import sys
from pathlib import Path

import pytest

RUN = "from opsdesk.cli import run; run()"


def ran(*words: str, code: str = RUN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"LANG": "en_GB.UTF-8", "PATH": "/usr/bin:/bin"},
    )


def test_all_that_was_said_arrives_though_nothing_is_taken_apart() -> None:
    done = ran("plans", "check", str(Path(__file__).parents[3] / "runbooks/plans"))
    assert done.returncode == 0
    assert done.stdout.endswith("remarks.\n")
    assert len(done.stdout.splitlines()) == 8


@pytest.mark.parametrize(
    ("words", "status"),
    [(["--help"], 0), (["nothing"], 2), (["plans", "check", "/nowhere"], 2)],
)
def test_the_status_is_the_commands_own(words: list[str], status: int) -> None:
    assert ran(*words).returncode == status


def test_a_mistake_of_ours_still_shows_its_trace() -> None:
    code = f"import opsdesk.cli as c; c.main = lambda: 1 / 0; {RUN}"
    done = ran(code=code)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
