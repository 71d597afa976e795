"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench import ansible

LIBRARIES = ("paramiko", "cryptography", "sqlalchemy", "flask", "pydantic")


def load() -> float:
    """Return the load of the last minute."""
    return os.getloadavg()[0]


def describe() -> list[tuple[str, str]]:
    """Return what a reader must know to judge the figures."""
    return [
        ("processor", f"{os.cpu_count()} × {_cpu()}"),
        ("memory", f"{_memory_gib()} GiB"),
        ("system", f"{_system()}, Linux {platform.release()}"),
        ("Python", platform.python_version()),
        ("OpenSSH", _said(["ssh", "-V"])),
        ("ansible", ansible.version()),
        ("libraries", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)),
    ]


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> int:
    return (os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) >> 30


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")


def _said(words: list[str]) -> str:
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    return (done.stdout + done.stderr).strip().partition("\n")[0]
