"""Imports point down; the contracts in pyproject.toml are kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from importlinter.application import use_cases
from importlinter.configuration import configure

ROOT = Path(__file__).parents[2]


def test_every_import_contract_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))
    configure()
    passed = use_cases.lint_imports(cache_dir=None)
    assert passed is use_cases.SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize(
    "heavy", ["flask", "paramiko", "weasyprint", "sqlalchemy", "rich"]
)
def test_help_loads_nothing_heavy(heavy: str) -> None:
    code = f"import sys, opsdesk.cli; sys.exit({heavy!r} in sys.modules)"
    assert run(code) == 0


def run(code: str) -> int:
    """Run code in a fresh interpreter and return its exit status."""
    import subprocess  # noqa: PLC0415, TID251 - a fresh interpreter, no server

    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False
    ).returncode
