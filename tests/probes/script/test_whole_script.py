"""The whole script, for real: every shell, an ordinary account, and things that hang."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251 - the shells a server may have
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from probes.catalogue import filesystems, outcome, questions, read
from probes.cutting import Cut, cut
from probes.probe import Probe
from probes.reply import GAPS, Reply
from probes.script import Script, compose
from probes.server import (
    BackupExpectation,
    Expectations,
    Kind,
    PathExpectation,
    Server,
)
from probes.transcript import Outcome, Transcript
from tests.probes.shells import PATH, before, command, every_shell, run

SERVER = Server(
    name="here",
    kind=Kind.OTHER,
    zone="test",
    address="127.0.0.1",
    expect=Expectations(
        services=("no-such.service",),
        ports=(1,),
        processes=("no-such-program",),
        mounts=("/",),
        paths=(PathExpectation(host="127.0.0.1", port=1, label="shut"),),
        certificates=("/etc/ssl/certs/ca-certificates.crt", "/no/such.crt"),
        backups=(BackupExpectation(glob="/etc/host*"),),
    ),
)
ASKED = questions(SERVER, weekly=True)
NONCE = "5" * 32


@dataclass(frozen=True)
class Home:
    """A server's account of our own: its folders, and a mark on its processes."""

    folder: Path
    mark: str
    uid: int

    @property
    def env(self) -> dict[str, str]:
        return {
            "PATH": PATH,
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "OD_TEST_MARK": self.mark,
        }

    def written(self) -> list[tuple[str, int]]:
        """Return what is in the folders, and when anything last came or went."""
        every = [self.folder, *sorted(self.folder.rglob("*"))]
        return [(str(path), path.stat().st_mtime_ns) for path in every]

    def strewn(self) -> list[str]:
        """Return what this account owns in the folders that anybody may write to."""
        shared = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
        found = [path for place in shared for path in place.glob("*")]
        return [str(path) for path in found if _owner(path) == self.uid]

    def running(self) -> list[str]:
        """Return the command lines of what still carries our mark."""
        mark = f"OD_TEST_MARK={self.mark}".encode()
        return [
            text
            for process in Path("/proc").glob("[0-9]*")
            if mark in _bytes(process / "environ")
            and (text := _bytes(process / "cmdline").decode())
        ]

    def left(self) -> list[str]:
        """Return what still runs after a moment to die in."""
        for _ in range(40):
            if not self.running():
                return []
            time.sleep(0.05)
        return self.running()


def _owner(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except OSError:
        return None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture
def home() -> Iterator[Home]:
    """An account nobody else runs as, with folders that only it writes to."""
    uid = 61000 + os.getpid() % 4000 if os.geteuid() == 0 else os.geteuid()
    with tempfile.TemporaryDirectory(prefix="account-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for each in ("home", "tmp"):
            (folder / each).mkdir()
            if os.geteuid() == 0:
                os.chown(folder / each, uid, uid)
        yield Home(folder=folder, mark=uuid.uuid4().hex, uid=uid)


@pytest.fixture
def tools() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tools-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def put(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def without(folder: Path, *names: str) -> str:
    """Return a search path that has everything this machine has but these programs."""
    for place in reversed(PATH.split(":")):
        for program in sorted(Path(place).glob("*")):
            link = folder / program.name
            if program.name not in names and not link.is_symlink():
                link.symlink_to(program)
    return str(folder)


def asked(probes: tuple[Probe, ...] = ASKED, path: str = PATH) -> Script:
    return compose(probes, SERVER, nonce=NONCE, path=path)


def answered(script: Script, raw: bytes) -> tuple[Cut, dict[str, Reply]]:
    transcript = Transcript(
        server="here",
        began=datetime(2026, 11, 23, tzinfo=UTC),
        took_ms=1,
        outcome=Outcome.ANSWERED,
        raw=raw,
        nonce=script.nonce,
        asked=script.names,
    )
    replies = read(transcript)
    by_name = {reply.probe: reply for reply in replies}
    gaps = {name: each for name, each in by_name.items() if each.status in GAPS}
    complete = outcome(transcript, replies) is Outcome.ANSWERED
    assert complete == (not gaps and cut(raw, script.nonce).complete)
    return cut(raw, script.nonce), gaps


@every_shell
def test_an_ordinary_account_answers_everything_and_leaves_nothing(
    shell: str, home: Home
) -> None:
    script, was = asked(), home.written()
    done = run(script, shell, env=home.env, uid=home.uid)
    answer, gaps = answered(script, done.stdout)
    assert answer.complete
    assert answer.stray == b""
    assert sorted(section.name for section in answer.sections) == sorted(script.names)
    assert gaps == {}
    assert done.returncode == 0
    assert home.written() == was
    assert home.strewn() == []
    assert home.left() == []


@every_shell
def test_a_machine_without_timeout_answers_everything_as_well(
    shell: str, home: Home, tools: Path
) -> None:
    script = asked(path=without(tools, "timeout"))
    done = run(script, shell, env=home.env, uid=home.uid)
    answer, gaps = answered(script, done.stdout)
    assert answer.complete
    assert gaps == {}
    assert home.left() == []


@every_shell
def test_an_account_without_home_or_any_variable_is_asked_as_well(shell: str) -> None:
    script = asked()
    answer, gaps = answered(script, run(script, shell, env={}).stdout)
    assert answer.complete
    assert gaps == {}


HANGS = {
    "sleeps": "sleep 1000",
    "is deaf": "trap '' TERM INT HUP USR1; while :; do sleep 100; done",
    "has children": "sleep 1001 & sleep 1002 & wait",
}


@every_shell
@pytest.mark.parametrize("how", sorted(HANGS))
def test_a_df_that_hangs_costs_its_own_section_alone(
    how: str, shell: str, home: Home, tools: Path
) -> None:
    put(tools, "df", HANGS[how])
    hasty = tuple(
        replace(probe, seconds=2) if probe.name == "filesystems" else probe
        for probe in questions(SERVER, weekly=False)
    )
    script = asked(hasty, path=before(tools))
    done = run(script, shell, env=home.env, uid=home.uid)
    answer, gaps = answered(script, done.stdout)
    assert answer.complete
    assert {name: each.status.value for name, each in gaps.items()} == {
        "filesystems": "timed_out"
    }
    (hung,) = [one for one in answer.sections if one.name == "filesystems"]
    assert hung.status == 124
    assert hung.took_ms is not None
    assert hung.took_ms >= 1900
    assert b"[mounts]" in hung.stdout
    assert home.left() == []


@every_shell
def test_a_dead_share_under_the_homes_costs_its_own_section_alone(
    shell: str, home: Home, tools: Path
) -> None:
    put(tools, "sha256sum", HANGS["is deaf"])
    asked_of = tuple(
        replace(one, seconds=2)
        for one in ASKED
        if one.name in {"load", "memory", "drift", "disks"}
    )
    script = asked(asked_of, path=before(tools))
    done = run(script, shell, env=home.env, uid=home.uid)
    answer, gaps = answered(script, done.stdout)
    assert answer.complete
    assert {name: each.status.value for name, each in gaps.items()} == {
        "drift": "timed_out"
    }
    assert home.left() == []


@every_shell
def test_a_tool_that_hangs_without_timeout_is_ended_with_its_children(
    shell: str, home: Home, tools: Path
) -> None:
    path = without(tools, "timeout", "dmesg")
    slow = replace(ASKED[0], name="load", ask="bounded 1 stuck; echo after $?")
    put(tools, "stuck", "trap '' TERM; sleep 1003 & sleep 1004")
    script = asked((slow,), path=path)
    done = run(script, shell, env=home.env, uid=home.uid)
    (section,) = cut(done.stdout, NONCE).sections
    assert section.stdout == b"after 124\n"
    assert home.left() == []


MOUNTS = r"""nas:/a /mnt/a\0404 nfs rw 0 0
nas:/b /mnt/back\134slash nfs4 rw 0 0
//srv/数据 /mnt/数据\040二 cifs rw 0 0
nas:/dead /mnt/dead nfs rw 0 0
nas:/known /mnt/known nfs rw 0 0
systemd-1 /mnt/auto autofs rw 0 0
"""


@every_shell
def test_a_dead_share_is_named_and_the_living_are_measured(
    shell: str, home: Home, tools: Path
) -> None:
    (tools / "mounts").write_text(MOUNTS)
    put(
        tools,
        "df",
        "case $2 in /mnt/dead) exec sleep 1000 ;; esac\n"
        "echo Filesystem 1024-blocks Used Available Capacity Mounted on\n"
        'printf "share 100 40 60 40%% %s\\n" "$2"',
    )
    ask = (filesystems.PROBE.ask or "").replace("/proc/mounts", f"{tools}/mounts")
    ask = ask.replace("/proc/self/mountinfo", f"{tools}/none")
    script = compose(
        (replace(filesystems.PROBE, ask=ask),),
        SERVER,
        nonce=NONCE,
        path=before(tools),
        skip_mounts=("/mnt/known",),
    )
    done = run(script, shell, env=home.env, uid=home.uid)
    (section,) = cut(done.stdout, NONCE).sections
    assert section.status == 0
    found = filesystems.PROBE.read(section)
    assert {one.mount: one.used_percent for one in found if not one.hung} == {
        "/mnt/a 4": 40,
        "/mnt/back\\slash": 40,
        "/mnt/数据 二": 40,
    }
    assert {one.mount for one in found if one.hung} == {"/mnt/dead", "/mnt/known"}
    assert home.left() == []


@every_shell
def test_a_listener_that_goes_away_ends_the_script(shell: str, home: Home) -> None:
    script = asked(questions(SERVER, weekly=False))
    words: Mapping[str, str] = home.env
    with subprocess.Popen(
        command(shell, home.uid),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=words,
    ) as shell_process:
        assert shell_process.stdin is not None
        assert shell_process.stdout is not None
        shell_process.stdin.write(script.text.encode())
        shell_process.stdin.close()
        assert shell_process.stdout.read(40)
        shell_process.stdout.close()
        shell_process.wait(timeout=60)
    assert home.left() == []


def test_a_greeting_before_and_after_changes_nothing() -> None:
    script = asked(questions(SERVER, weekly=False))
    raw = run(script, "dash").stdout
    greeted = b"Welcome to db-1\r\n\x1b[1mAuthorised use only\n" + raw + b"logout\n"
    answer, gaps = answered(script, greeted)
    assert answer.complete
    assert gaps == {}
    assert answer.sections == cut(raw, NONCE).sections
    assert answer.stray.endswith(b"use only\nlogout\n")
