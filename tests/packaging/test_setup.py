"""The set-up: pinned, honest about what it lacks, and quick the second time."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tools import bundle, environment, system

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGES = ("migrations", "opsdesk", "probes", "reports", "runbooks")
PIN = re.compile(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==([^ ]+)", re.MULTILINE)


def _pins(kind: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / f"requirements/{kind}.txt").read_text()))


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", one)[0].lower() for one in requirements}


@pytest.mark.parametrize("kind", ["run", "test"])
def test_every_requirement_is_pinned_by_version_and_hash(kind: str) -> None:
    text = (ROOT / f"requirements/{kind}.txt").read_text()
    blocks = [b for b in re.split(r"\n(?=[a-z])", text) if not b.startswith("#")]
    assert len(blocks) > 40
    assert not [b for b in blocks if not PIN.match(b) or "--hash=sha256:" not in b]


@pytest.mark.parametrize("kind", ["run", "test"])
def test_no_requirement_names_an_index(kind: str) -> None:
    text = (ROOT / f"requirements/{kind}.txt").read_text()
    assert "://" not in text
    assert "index" not in text


def test_every_direct_dependency_is_pinned() -> None:
    assert not _names(PROJECT["dependencies"]) - _pins("run").keys()
    wanted = _names(PROJECT["optional-dependencies"]["test"])
    assert not wanted - _pins("test").keys()


def test_tests_run_on_the_versions_that_are_deployed() -> None:
    assert _pins("run").items() <= _pins("test").items()


def test_the_page_on_dependencies_names_each_with_its_version() -> None:
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    direct = _names(PROJECT["dependencies"])
    direct |= _names(PROJECT["optional-dependencies"]["test"])
    pins = _pins("test")
    rows = {name for name in direct if f"| {name} | {pins[name]} |" in page}
    assert rows == direct


def test_an_unknown_verb_shows_the_verbs_and_exits_2() -> None:
    done = _dev("frobnicate")
    assert done.returncode == 2
    assert "./dev run" in done.stdout


def test_without_a_new_enough_python_the_sentence_says_what_to_install(
    tmp_path: Path,
) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        tmp_path.joinpath(name).write_text("#!/bin/sh\nexit 1\n")
        tmp_path.joinpath(name).chmod(0o755)
    done = _dev("run", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert done.returncode == 1
    assert "apt-get install python3" in done.stderr


def test_children_keep_their_bytecode_and_see_the_environment_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    seen = environment.variables()
    assert "PYTHONDONTWRITEBYTECODE" not in seen
    assert seen["PATH"].startswith(f"{ROOT}/.venv/bin{os.pathsep}")


def test_the_command_takes_nothing_from_the_folder_the_user_stands_in(
    tmp_path: Path,
) -> None:
    for name in ("opsdesk", "probes", "reports"):
        tmp_path.joinpath(name).mkdir()
        tmp_path.joinpath(name, "__init__.py").write_text("raise SystemExit(9)\n")
    launcher = tmp_path / "launcher"
    launcher.write_text(environment._launcher())
    done = subprocess.run(
        ["/bin/sh", launcher, "--version"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert PROJECT["version"] in done.stdout


def test_an_offline_bundle_takes_no_configuration_data_or_key() -> None:
    private = {"config.yaml", "var", "keys", "secrets", ".git", ".venv", ".native"}
    assert not private & set(bundle.TREE)
    assert set(PACKAGES) <= set(bundle.TREE)


def test_a_missing_program_is_named_by_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(system.PROGRAMS, "some-package", ("no-such-program",))
    assert "some-package" in system.missing("test")
    assert "some-package" not in system.missing("run")


def test_ci_runs_what_a_developer_types() -> None:
    text = (ROOT / ".ci/run").read_text()
    assert '/../dev" test' in text


def _dev(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "dev", *arguments],
        env=os.environ | variables,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
