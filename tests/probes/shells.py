"""One question, asked by the real shells of this machine, with tools of our choice."""

from __future__ import annotations

import os
import shutil
import subprocess  # noqa: TID251 - the shells a server may have, on questions of ours
from collections.abc import Mapping
from pathlib import Path

import pytest

from probes.probe import Probe
from probes.transcript import Section

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHELLS = {
    "dash": ["dash"],
    "bash": ["bash"],
    "busybox": ["busybox", "ash"],
    "mksh": ["mksh"],
}
ROUND_THEM = """
have() { command -v "$1" >/dev/null 2>&1; }
bounded() { bounded_by=$1; shift; timeout "$bounded_by" "$@"; }
absent() { echo "$*" >&2; return 69; }
denied() { echo "$*" >&2; return 77; }
elevated() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif have sudo; then sudo -n "$@" || return 77
  else return 77; fi
}
"""
every_shell = pytest.mark.parametrize("shell", sorted(SHELLS))


def ask(
    probe: Probe,
    shell: str,
    *,
    expected: Mapping[str, str] | None = None,
    path: str = PATH,
) -> Section:
    """Return the section a shell makes of the question, as `nobody` where we can."""
    names = ("SERVICES", "PORTS", "PROCESSES", "MOUNTS", "PATHS")
    given = expected or {}
    values = "".join(f"OD_{name}='{given.get(name, '')}'\n" for name in names)
    script = f"{ROUND_THEM}{values}main() {{\nask() {{\n{probe.ask}\n}}\n"
    script += "( ask ) </dev/null\n}\nmain\n"
    command = [_real(SHELLS[shell][0]), *SHELLS[shell][1:], "-s"]
    if os.geteuid() == 0:
        nobody = ("--reuid=65534", "--regid=65534", "--clear-groups")
        command = [_real("setpriv"), *nobody, *command]
    done = subprocess.run(
        command,
        check=False,
        input=script.encode(),
        capture_output=True,
        timeout=60,
        cwd="/",
        env={"PATH": path, "LC_ALL": "C", "SSH_CONNECTION": "192.0.2.7 5 192.0.2.1 22"},
    )
    return Section(
        name=probe.name, stdout=done.stdout, stderr=done.stderr, status=done.returncode
    )


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


def before(folder: Path) -> str:
    """Return a search path with the folder first."""
    return f"{folder}:{PATH}"


def only(folder: Path, *names: str) -> str:
    """Return a search path of these programs alone: a machine that lacks the rest."""
    folder.chmod(0o755)
    for name in (*names, "sh", "timeout", "id"):
        link = folder / name
        if not link.exists():
            link.symlink_to(_real(name))
    return str(folder)
