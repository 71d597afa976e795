"""Every check, one after another; all are run, all are reported."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tools import environment, native

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the environment, run in the tree."""

    name: str
    command: tuple[str, ...]


LINTERS = [
    Step("ruff check", ("ruff", "check", "--quiet", ".")),
    Step("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
    Step("mypy", ("mypy",)),
    Step("imports", ("lint-imports",)),
]
TEMPLATE = "opsdesk/translations/messages.pot"
TRANSLATIONS = "opsdesk/translations"
REFUSALS = (
    *("-k", "_l", "-k", "lazy_gettext"),
    *("-k", "Refused", "-k", "NotFound", "-k", "Stale", "-k", "Forbidden"),
)
EXTRACT = "extract -F tools/babel.ini --no-location --sort-output --omit-header"
UPDATE = (
    "update -N --ignore-obsolete --ignore-pot-creation-date --init-missing -w 90 -l en"
)
MESSAGES = [
    Step(
        "extract", ("pybabel", "-q", *EXTRACT.split(), *REFUSALS, "-o", TEMPLATE, ".")
    ),
    Step(
        "update", ("pybabel", "-q", *UPDATE.split(), "-i", TEMPLATE, "-d", TRANSLATIONS)
    ),
    Step("compile", ("pybabel", "-q", "compile", "-d", TRANSLATIONS)),
]


def pytest(arguments: list[str]) -> Step:
    """All tests, on every core; servers shared by a group stay on one worker."""
    usual = ("-q", "-n", "logical", "--dist", "loadgroup")
    return Step("pytest", ("pytest", *usual, *arguments))


def run(steps: list[Step]) -> int:
    """Run them all; 1 if any failed."""
    results: list[tuple[Step, int, float]] = []
    for step in steps:
        print(f"\n== {step.name}", flush=True)
        began = time.monotonic()
        command = [environment.program(step.command[0]), *step.command[1:]]
        done = subprocess.run(command, cwd=ROOT, env=_variables())
        results.append((step, done.returncode, time.monotonic() - began))
    print()
    for step, status, seconds in results:
        verdict = f"FAILED ({status})" if status else "ok"
        print(f"{step.name:<12} {seconds:7.1f} s  {verdict}")
    failed = [step.name for step, status, _ in results if status]
    print(f"FAILED: {', '.join(failed)}" if failed else "all checks passed", flush=True)
    return int(bool(failed))


def _variables() -> dict[str, str]:
    """Give children a home they can write to: browsers and caches insist on one."""
    seen = environment.variables()
    home = seen.get("HOME", "")
    if not (home and os.access(home, os.W_OK)):
        spare = native.NATIVE / "home"
        spare.mkdir(parents=True, exist_ok=True)
        seen["HOME"] = str(spare)
    return seen
