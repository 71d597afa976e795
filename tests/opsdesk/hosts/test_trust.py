"""Pinning host keys, against a real sshd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from opsdesk.cli import main
from opsdesk.core import settings
from probes import hostkeys
from tests.lab.sshd import Sshd, make_key, sshd

pytestmark = pytest.mark.sshd


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    place = tmp_path_factory.mktemp("lab")
    user_key = make_key(place / "user_key")
    with sshd(place / "db-1", user_key) as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, host: Sshd) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(
        f"""\
credentials: {{lab: {{user: {host.user}, key_file: {host.user_key}}}}}
servers:
  - name: db-1   # ours
    address: 127.0.0.1
    port: {host.port}
    credential: lab
  - {{name: here, transport: local}}
""",
        encoding="utf-8",
    )
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["hosts", *words, "--config", str(config)])


def pins(config: Path) -> tuple[str, ...]:
    return settings.load(config, environ={}).servers[0].host_keys


def test_trust_shows_the_fingerprint_and_pins_nothing_by_itself(
    config: Path, host: Sshd
) -> None:
    before = config.read_bytes()
    result = run(config, "trust", "db-1")
    assert result.exit_code == 0
    assert hostkeys.parse(host.host_key).fingerprint in result.stdout
    assert config.read_bytes() == before


def test_trust_pins_what_it_saw_when_told_yes(config: Path, host: Sshd) -> None:
    result = run(config, "trust", "db-1", "--yes")
    assert result.exit_code == 0, result.output
    assert pins(config) == (host.host_key,)
    assert "# ours" in config.read_text(encoding="utf-8")


def test_trust_pins_the_fingerprint_a_person_gives(config: Path, host: Sshd) -> None:
    print_ = hostkeys.parse(host.host_key).fingerprint
    assert run(config, "trust", "db-1", "--fingerprint", print_).exit_code == 0
    assert pins(config) == (host.host_key,)


def test_trust_refuses_another_fingerprint_and_pins_nothing(config: Path) -> None:
    result = run(config, "trust", "db-1", "--fingerprint", "SHA256:" + "A" * 43)
    assert result.exit_code == 1
    assert "nothing was pinned" in result.stderr
    assert pins(config) == ()


def test_a_key_that_changed_is_not_pinned_by_a_plain_yes(
    config: Path, host: Sshd
) -> None:
    text = config.read_text(encoding="utf-8")
    old = "SHA256:" + "A" * 43
    config.write_text(
        text.replace(
            "    credential: lab", f"    host_key: {old}\n    credential: lab"
        ),
        encoding="utf-8",
    )
    assert run(config, "trust", "db-1", "--yes").exit_code == 1
    assert pins(config) == (old,)
    print_ = hostkeys.parse(host.host_key).fingerprint
    assert run(config, "trust", "db-1", "--fingerprint", print_).exit_code == 0
    assert pins(config) == (host.host_key,)


def test_trust_of_a_pinned_key_changes_nothing(config: Path) -> None:
    run(config, "trust", "db-1", "--yes")
    before = config.read_bytes()
    result = run(config, "trust", "db-1", "--yes")
    assert result.exit_code == 0
    assert config.read_bytes() == before


def test_a_server_that_does_not_answer_is_said_and_nothing_is_pinned(
    config: Path, host: Sshd
) -> None:
    text = config.read_text(encoding="utf-8").replace(f"port: {host.port}", "port: 1")
    config.write_text(text, encoding="utf-8")
    result = run(config, "trust", "db-1", "--yes")
    assert result.exit_code == 3
    assert pins(config) == ()


def test_there_is_no_host_key_without_ssh(config: Path) -> None:
    assert run(config, "trust", "here").exit_code == 2


def test_an_unknown_name_is_refused_with_the_names_there_are(config: Path) -> None:
    result = run(config, "trust", "db-9")
    assert result.exit_code == 2
    assert "db-1" in result.stderr


def test_check_says_which_server_is_not_pinned_and_then_that_all_is_well(
    config: Path,
) -> None:
    result = run(config, "check")
    assert result.exit_code == 1
    assert "✗ db-1" in result.stdout
    run(config, "trust", "db-1", "--yes")
    result = run(config, "check")
    assert result.exit_code == 0
    assert "✓ db-1" in result.stdout
    assert "✓ here" in result.stdout
