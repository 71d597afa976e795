"""Keeping secrets from the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from opsdesk.cli import main
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.vault import Vault


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(
        "credentials: {ops: {user: o, password: 'secret:ops'}}\n"
        "metrics: {token: 'secret:scrape'}\n",
        encoding="utf-8",
    )
    return path


def run(config: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(
        main, ["secret", *words, "--config", str(config)], input=typed
    )


def kept(config: Path, name: str) -> str:
    return Vault(config.parent / "var", {}).get(name)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("s3cret\n", "s3cret"),
        ("s3cret", "s3cret"),
        ("a b \n", "a b "),
        ("a\nb\n", "a\nb"),
    ],
)
def test_a_secret_from_stdin_loses_its_last_line_end_only(
    config: Path, typed: str, value: str
) -> None:
    result = run(config, "set", "ops", typed=typed)
    assert result.exit_code == 0, result.output
    assert kept(config, "ops") == value
    assert value not in result.output


def test_a_secret_on_the_command_line_is_refused_and_not_repeated(
    config: Path,
) -> None:
    result = run(config, "set", "ops", "hunter2", typed="typed\n")
    assert result.exit_code == 2
    assert "hunter2" not in result.output
    assert not (config.parent / "var").exists()


def test_an_empty_secret_is_refused(config: Path) -> None:
    assert run(config, "set", "ops", typed="\n").exit_code == 2


@pytest.mark.parametrize("name", ["a b", "../x", "a/b", "x" * 65])
def test_a_name_that_no_reference_can_hold_is_refused(config: Path, name: str) -> None:
    assert run(config, "set", name, typed="x\n").exit_code == 2


def test_list_says_what_is_missing_and_what_uses_it_and_never_a_value(
    config: Path,
) -> None:
    run(config, "set", "ops", typed="s3cret\n")
    run(config, "set", "spare", typed="s3cret\n")
    lines = run(config, "list").stdout.splitlines()
    assert lines == [
        "ops\tcredentials.ops.password",
        "scrape (missing)\tmetrics.token",
        "spare\t(not used)",
    ]


def test_remove_and_rotate_do_what_they_say(config: Path) -> None:
    run(config, "set", "ops", typed="s3cret\n")
    run(config, "set", "spare", typed="s3cret\n")
    assert run(config, "remove", "spare").exit_code == 0
    result = run(config, "rotate")
    assert "1 secrets" in result.stdout
    assert kept(config, "ops") == "s3cret"
    assert run(config, "remove", "spare").exit_code == 2


def test_on_a_desk_in_use_every_change_of_a_secret_is_in_the_audit_trail(
    config: Path,
) -> None:
    CliRunner().invoke(main, ["init", "--config", str(config)])
    run(config, "set", "ops", typed="s3cret\n")
    run(config, "set", "ops", typed="an0ther\n")
    run(config, "rotate")
    run(config, "remove", "ops")
    database = Database(f"sqlite:///{config.parent}/var/opsdesk.sqlite3")
    with database.unit() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
        actions = [entry.action for entry in entries]
        assert all(b"s3cret" not in entry.body for entry in entries)
    database.dispose()
    assert actions[-4:] == [
        "secret.kept",
        "secret.replaced",
        "secret.rotated",
        "secret.removed",
    ]
