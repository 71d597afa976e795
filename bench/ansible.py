"""Ansible in an environment of its own: a rival, not something the project needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var/bench/ansible"
WANTED = "ansible-core==2.19.14"


def program() -> Path | None:
    """Return the command, installed on first use; None where that is impossible."""
    command = HOME / "bin/ansible"
    if command.exists():
        return command
    make = [
        [sys.executable, "-m", "venv", str(HOME)],
        [*_pip(), "install", "-q", WANTED],
    ]
    for words in make:
        done = subprocess.run(words, check=False, capture_output=True, timeout=300)
        if done.returncode != 0:
            return None
    return command if command.exists() else None


def version() -> str:
    """Return what its environment holds."""
    if not (HOME / "bin/ansible").exists():
        return "not installed"
    done = subprocess.run(
        [str(HOME / "bin/ansible"), "--version"],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.partition("\n")[0]


def environ(ssh_config: Path, control: Path) -> dict[str, str]:
    """Return its settings: its own ssh options, connections kept only within a run."""
    persist = "-C -o ControlMaster=auto -o ControlPersist=60s"
    return {
        "ANSIBLE_SSH_ARGS": f"{persist} -F {ssh_config}",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(control),
        "ANSIBLE_SSH_TRANSFER_METHOD": "piped",  # the lab's sshd has no SFTP
        "ANSIBLE_REMOTE_TEMP": "/tmp/.opsdesk-bench",  # noqa: S108 - on the servers
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_HOST_KEY_CHECKING": "1",
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
    }


def _pip() -> list[str]:
    return [str(HOME / "bin/python"), "-m", "pip"]
