"""`opsdesk user`, `opsdesk audit` and `opsdesk db`, as typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from opsdesk.cli import main
from opsdesk.core import audit, migrate
from opsdesk.core.settings import Settings
from tests.factories.settings import some_settings

ONE_TIME = re.compile(r"(?:一次性密码：|One-time password: )(\w+)")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a desk whose key and database are there, and nothing in it."""
    settings = some_settings(tmp_path)
    audit.create_key(settings.desk.data / "keys" / "audit.key")
    migrate.upgrade(settings.database_url)
    return settings


@pytest.fixture(autouse=True)
def given_back(audit_key: None) -> object:
    """Give the process its own key back: a command opens its desk's."""
    key = audit.TRAIL._key
    yield
    audit.TRAIL._key = key


def run(settings: Settings, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(
        main,
        [*words, "--config", str(settings.path)],
        env={"OPS_PASSWORD": "x"},
    )
    assert result.exit_code == code, result.output
    return result


def test_an_account_is_made_with_a_password_shown_once(settings: Settings) -> None:
    result = run(settings, "user", "add", "zhang", "--role", "lead", "--name", "张工")
    assert ONE_TIME.search(result.output)
    listing = run(settings, "user", "list").output
    assert "zhang" in listing
    assert ONE_TIME.search(listing) is None


def test_a_password_is_never_an_argument(settings: Settings) -> None:
    for command in ("add", "reset"):
        text = run(settings, "user", command, "--help").output
        assert "--password" not in text


def test_an_account_is_disabled_enabled_reset_and_given_a_role(
    settings: Settings,
) -> None:
    run(settings, "user", "add", "zhang", "--role", "engineer")
    for words in (["disable"], ["enable"], ["reset"]):
        run(settings, "user", *words, "zhang")
    run(settings, "user", "role", "zhang", "lead")
    entries = run(settings, "audit", "export").output
    actions = [
        json.loads(json.loads(line)["body"])["action"] for line in entries.splitlines()
    ]
    assert actions == [
        "account.added",
        "account.disabled",
        "account.enabled",
        "password.reset",
        "role.set",
        "audit.exported",
    ]


def test_a_name_nobody_has_is_a_sentence_and_not_a_trace(settings: Settings) -> None:
    result = run(settings, "user", "disable", "nobody", code=2)
    assert "nobody" in result.output
    assert "Traceback" not in result.output


def test_a_sound_chain_exits_0_and_a_broken_one_1(settings: Settings) -> None:
    run(settings, "user", "add", "zhang", "--role", "lead")
    noted = settings.path.with_name("heads.jsonl")
    noted.write_text(run(settings, "audit", "head").output)
    run(settings, "audit", "verify", "--against", str(noted))
    noted.write_text(noted.read_text() + "99:aabbccddeeff\n")
    result = run(settings, "audit", "verify", "--against", str(noted), code=1)
    assert "TRUNCATED #2" in result.output


def test_a_chain_that_cannot_be_verified_exits_2(settings: Settings) -> None:
    heads = settings.path.with_name("absent.jsonl")
    run(settings, "audit", "verify", "--against", str(heads), code=2)
    (settings.desk.data / "keys" / "audit.key").unlink()
    result = run(settings, "audit", "verify", code=2)
    assert "audit.key" in result.output


def test_the_schema_s_state_is_told_and_brought_up(settings: Settings) -> None:
    run(settings, "db", "status")
    migrate.downgrade(settings.database_url, "base")
    run(settings, "db", "status", code=1)
    run(settings, "user", "list", code=2)
    run(settings, "db", "upgrade")
    run(settings, "user", "list")


def test_a_device_nobody_enrolled_is_not_forgotten(settings: Settings) -> None:
    run(settings, "user", "add", "zhang", "--role", "security")
    result = run(settings, "user", "forget-device", "zhang", code=2)
    assert "zhang" in result.output
