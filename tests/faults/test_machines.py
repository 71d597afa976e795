"""Machines that are unwell, for real, asked by the desk's own script."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from probes import catalogue, script
from probes.finding import Finding, Severity
from probes.probe import Circumstances
from probes.reply import Reply, ReplyStatus
from probes.server import Expectations, Server
from probes.transcript import Outcome, Transcript
from probes.transport import Errand
from tests.lab.process import program, run
from tests.lab.sshd import Sshd, has_accounts
from tests.probes.engine.fixtures import SHORT, Start, visit_all

pytestmark = [
    pytest.mark.sshd,
    pytest.mark.skipif(
        not has_accounts(), reason="mounting needs root (a mount namespace)"
    ),
]

FAKE = """\
mount -t tmpfs tmpfs /usr/local/bin &&
printf '#!/bin/sh\\n%s\\n' '{body}' >/usr/local/bin/{name} &&
chmod 755 /usr/local/bin /usr/local/bin/{name}"""

Volume = Callable[[str], str]


def inspect(server: Server) -> Transcript:
    questions = catalogue.questions(server, weekly=False)
    composed = script.compose(questions, server, nonce=secrets.token_hex(8))
    limits = SHORT.__class__(script=timedelta(seconds=40), server=timedelta(seconds=50))
    [heard] = visit_all([Errand(server=server, script=composed, limits=limits)])
    return heard


def reply(heard: Transcript, name: str) -> Reply:
    [found] = [one for one in catalogue.read(heard) if one.probe == name]
    return found


def judge(host: Sshd, name: str, **changes: Any) -> dict[str, Finding]:
    """Return the findings of one probe by their subject."""
    server = host.server(**changes)
    heard = inspect(server)
    probe = catalogue.by_name(name)
    assert probe is not None
    read = reply(heard, name)
    assert read.status is ReplyStatus.READ, read
    here = Circumstances(
        server=server,
        at=heard.began,
        sent=heard.sent,
        limits={limit.name: limit for limit in probe.limits},
    )
    return {finding.subject: finding for finding in probe.judge(read.facts, here)}


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    """Give a function: shell text that mounts a small ext4 on /srv, and then `more`."""
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(8 * 1024 * 1024)
    run([program("mkfs.ext4", "e2fsprogs"), "-q", "-F", "-N", "64", str(image)])
    try:
        mount = f"mount -o loop {image} /srv"
        run(["unshare", "--mount", "/bin/sh", "-c", f"{mount} && umount /srv"])
    except AssertionError as error:
        pytest.skip(f"this machine mounts no image of a disk: {error}")
    return lambda more: f"{mount} && {{ {more}; }}"


def test_a_healthy_machine_answers_every_question(shared: Sshd) -> None:
    heard = inspect(shared.server())
    replies = catalogue.read(heard)
    assert heard.outcome is Outcome.ANSWERED
    assert catalogue.outcome(heard, replies) is Outcome.ANSWERED
    gaps = {one.probe: one.reason for one in replies if one.status not in _FINE}
    assert gaps == {}
    assert set(heard.asked) <= {one.probe for one in replies}


_FINE = {ReplyStatus.READ, ReplyStatus.ABSENT, ReplyStatus.DENIED}


def test_a_full_disk_is_critical(start: Start, volume: Volume) -> None:
    fill = "head -c 20000000 /dev/zero >/srv/full 2>/dev/null || true"
    found = judge(start(prepare=volume(fill)), "filesystems")
    assert found["/srv"].severity is Severity.CRITICAL
    assert float(found["/srv"].measured or 0) >= 95


def test_a_disk_without_free_inodes_is_critical(start: Start, volume: Volume) -> None:
    fill = "n=0; while touch /srv/$n 2>/dev/null; do n=$((n + 1)); done"
    found = judge(start(prepare=volume(fill)), "filesystems")
    assert found["/srv inodes"].severity is Severity.CRITICAL


def test_a_disk_that_became_read_only_is_critical(start: Start, volume: Volume) -> None:
    found = judge(start(prepare=volume("mount -o remount,ro /srv")), "filesystems")
    assert found["/srv ro"].severity is Severity.CRITICAL


def test_an_expected_mount_that_is_not_there_is_critical(shared: Sshd) -> None:
    expect = Expectations(mounts=("/srv/data",))
    found = judge(shared, "filesystems", expect=expect)
    assert found["/srv/data"].severity is Severity.CRITICAL


def test_a_hung_df_costs_its_own_section_alone(start: Start) -> None:
    hung = FAKE.format(name="df", body="exec sleep 600")
    heard = inspect(start(prepare=hung).server())
    replies = {one.probe: one for one in catalogue.read(heard)}
    assert heard.outcome is Outcome.ANSWERED
    assert catalogue.outcome(heard, replies.values()) is Outcome.PARTIAL
    assert replies["filesystems"].status is not ReplyStatus.READ
    bad = [n for n, one in replies.items() if one.status not in _FINE]
    assert bad == ["filesystems"]


def test_a_machine_without_timeout_answers_all_the_same(start: Start) -> None:
    host = start(prepare="mount --bind /dev/null /usr/bin/timeout")
    heard = inspect(host.server())
    assert catalogue.outcome(heard, catalogue.read(heard)) is Outcome.ANSWERED


@pytest.mark.parametrize(("shift", "ahead"), [("+1 hour", 3600), ("-2 hours", -7200)])
def test_a_wrong_clock_is_critical(start: Start, shift: str, ahead: int) -> None:
    wrong = FAKE.format(name="date", body=f'exec /usr/bin/date -d "{shift}" "$@"')
    found = judge(start(prepare=wrong), "clock")
    worst = [one for one in found.values() if one.severity is Severity.CRITICAL]
    assert worst
    assert abs(abs(float(worst[0].measured or 0)) - abs(ahead)) < 30


@pytest.mark.parametrize("shell", ["csh", "bash", "dash", "mksh"])
def test_the_script_runs_whatever_the_login_shell(start: Start, shell: str) -> None:
    heard = inspect(start(shell=program(shell, shell)).server())
    assert catalogue.outcome(heard, catalogue.read(heard)) is Outcome.ANSWERED
