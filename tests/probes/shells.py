"""One question, asked by the real shells of this machine, with tools of our choice."""

from __future__ import annotations

import os
import shutil
import subprocess  # noqa: TID251 - the shells a server may have, on questions of ours
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from probes.probe import Probe
from probes.script import Script, compose, cut
from probes.server import Expectations, Kind, Server
from probes.transcript import Section

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHELLS = {
    "dash": ["dash"],
    "bash": ["bash"],
    "busybox": ["busybox", "ash"],
    "mksh": ["mksh"],
    "bash --posix": ["bash", "--posix"],
}
_NOBODY = 65534
_ALWAYS = ("sh", "timeout", "id", "sleep", "true", "cat", "printf")
every_shell = pytest.mark.parametrize("shell", sorted(SHELLS))


def ask(
    probe: Probe, shell: str, *, expect: Expectations | None = None, path: str = PATH
) -> Section:
    """Return the section a shell makes of the question, as `nobody` where we can."""
    server = Server(
        name="here",
        kind=Kind.OTHER,
        zone="test",
        address="127.0.0.1",
        expect=expect or Expectations(),
    )
    script = compose((probe,), server, nonce="0" * 32, path=path)
    done = run(script, shell)
    answer = cut(done.stdout, script.nonce)
    assert answer.complete, done.stdout + done.stderr
    return answer.sections[0]


def run(
    script: Script,
    shell: str,
    *,
    env: Mapping[str, str] | None = None,
    uid: int = _NOBODY,
) -> subprocess.CompletedProcess[bytes]:
    """Return what a shell makes of a script, as an ordinary account where we can."""
    return subprocess.run(
        command(shell, uid),
        check=False,
        input=script.text.encode(),
        capture_output=True,
        timeout=90,
        cwd="/",
        env={"PATH": PATH, "SSH_CONNECTION": "192.0.2.7 5 192.0.2.1 22"}
        if env is None
        else dict(env),
    )


def python(program: str, *words: str) -> str:
    """Return what a program says that has Python and nothing of ours."""
    done = subprocess.run(
        [sys.executable, "-I", "-", *words],
        check=True,
        input=program.encode(),
        capture_output=True,
        timeout=60,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    return done.stdout.decode()


def command(shell: str, uid: int = _NOBODY) -> list[str]:
    """Return the command line of a shell that reads a script from its input."""
    words = [_real(SHELLS[shell][0]), *SHELLS[shell][1:], "-s"]
    if os.geteuid() != 0:
        return words
    account = (f"--reuid={uid}", f"--regid={uid}", "--clear-groups")
    return [_real("setpriv"), *account, *words]


def _real(name: str) -> str:
    """Return where the system has a program; a missing one is said, not passed over."""
    found = shutil.which(name, path=PATH)
    if found is None:
        pytest.skip(f"{name} is missing: install it to ask with it")
    return found


def tool(folder: Path, name: str, *says: str, status: int = 0) -> None:
    """Put a program into a folder of the search path that says these lines."""
    folder.chmod(0o755)
    file = folder / name
    lines = "\n".join(f"printf '%s\\n' '{line}'" for line in says)
    file.write_text(f"#!/bin/sh\n{lines}\nexit {status}\n")
    file.chmod(0o755)


def willing_sudo(folder: Path) -> None:
    """Put a sudo into the folder that allows everything and changes nobody."""
    file = folder / "sudo"
    file.write_text('#!/bin/sh\nshift\n[ "$1" = -l ] && exit 0\nexec "$@"\n')
    file.chmod(0o755)


def before(folder: Path) -> str:
    """Return a search path with the folder first."""
    return f"{folder}:{PATH}"


def only(folder: Path, *names: str) -> str:
    """Return a search path of these programs alone: a machine that lacks the rest."""
    folder.chmod(0o755)
    for name in (*names, *_ALWAYS):
        link = folder / name
        if not link.exists():
            link.symlink_to(_real(name))
    return str(folder)
