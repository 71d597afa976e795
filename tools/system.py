"""Packages of the operating system: which are missing, and how to come by them.

As root, or through `sudo -n`, apt-get installs them, and no service they bring is
started. Where neither is possible, the libraries that PDFs need are unpacked below
.native/, and whatever else is missing is named in a sentence.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from tools import native

Kind = Literal["run", "test"]

PIP = "python3-pip-whl"  # for a Python that comes without pip

LIBRARIES = {  # package: what the loader is asked for
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
PROGRAMS = {  # package: the programs that tests start
    "openssh-server": ("sshd",),
    "openssh-client": ("ssh", "ssh-keygen"),
    "busybox": ("busybox",),
    "mksh": ("mksh",),
    "tcsh": ("csh",),
    "curl": ("curl",),
    "snmpd": ("snmpd",),
    "redis-server": ("redis-server",),
    "mariadb-server": ("mariadbd-safe", "mariadb-install-db"),
    "postgresql": ("initdb", "postgres"),
    "nginx-light": ("nginx",),
    "chromium": ("chromium",),
    "chromium-driver": ("chromedriver",),
    "poppler-utils": ("pdftotext", "pdftoppm"),
    "iproute2": ("ip",),
    "iputils-ping": ("ping",),
    "procps": ("ps",),
    "prometheus": ("promtool",),
}

# Services must not start because a test wants their program: for the time of the
# installation a policy says no (Debian Policy 9.3.3), unless one is already there.
APT = r"""
export DEBIAN_FRONTEND=noninteractive
if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
fi
install="apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends"
ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 && $install "$@" && exit 0
apt-get -q update && $install "$@"
"""


def missing(kind: Kind) -> list[str]:
    """Name the packages whose library or program this machine does not have."""
    lacking = [package for package, name in LIBRARIES.items() if not _loads(name)]
    if kind == "test":
        path = _program_path()
        for package, names in PROGRAMS.items():
            if not all(shutil.which(name, path=path) for name in names):
                lacking.append(package)
    return lacking


def install(kind: Kind, *, pip_needed: bool) -> None:
    """Install what is missing, or say in a sentence whom to ask for what."""

    def wanted() -> list[str]:
        no_pip = pip_needed and native.pip_wheel() is None
        return missing(kind) + [PIP] * no_pip

    if wanted() and native.has_bundle():
        native.unpack_bundle()
    if wanted() and (prefix := _privilege()) is not None:
        _install(prefix, wanted())
    if unpackable := [name for name in wanted() if name in {*LIBRARIES, PIP}]:
        native.unpack(unpackable)
    _ask_for(wanted())


def report() -> list[str]:
    """One line on each need: what is there, what is lacking."""
    lacking = missing("test")
    system_name = f"{platform.system()} {platform.release()} {platform.machine()}"
    return [
        f"system            {system_name}, {'root' if _is_root() else 'not root'}",
        f"to run, lacking   {' '.join(missing('run')) or 'nothing'}",
        f"to test, lacking  {' '.join(lacking) or 'nothing'}",
    ]


def _loads(name: str) -> bool:
    paths = [f"{folder}/{name}" for folder in native.library_folders()]
    if any(Path(path).exists() for path in paths):
        return True
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _program_path() -> str:
    postgres = [str(p) for p in Path("/usr/lib/postgresql").glob("*/bin")]
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/bin", *postgres]
    return os.pathsep.join(folders)


def _is_root() -> bool:
    return os.geteuid() == 0


def _privilege() -> list[str] | None:
    """Give what to put before a command of root's; None where that is not allowed."""
    if shutil.which("apt-get") is None:
        return None
    if _is_root():
        return []
    return ["sudo", "-n"] if _may_sudo() else None


def _install(prefix: list[str], packages: list[str]) -> None:
    """Install them all, or, where one does not exist here, each by itself."""
    print(f"installing system packages: {' '.join(packages)}", flush=True)
    if not _apt(prefix, packages):
        for package in packages:
            _apt(prefix, [package])
    _make_room_for_sshd()


def _apt(prefix: list[str], packages: list[str]) -> bool:
    command = [*prefix, "/bin/sh", "-c", APT, "apt", *packages]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    return done.returncode == 0


def _make_room_for_sshd() -> None:
    """Make the folder sshd wants; its service, never started, would have made it."""
    if _is_root() and shutil.which("sshd", path=_program_path()):
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


def _may_sudo() -> bool:
    if shutil.which("sudo") is None:
        return False
    asked = subprocess.run(
        ["sudo", "-n", "true"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return asked.returncode == 0


def _ask_for(packages: Iterable[str]) -> None:
    names = " ".join(packages)
    if not names:
        return
    if sys.platform == "darwin":
        print("missing: pango. Install it with: brew install pango", file=sys.stderr)
        return
    print(
        f"These system packages are missing and could not be installed: {names}.\n"
        f"Set-up goes on without them. Ask an administrator for:\n"
        f"    apt-get install --no-install-recommends {names}\n"
        f"本机缺少上述系统软件包，未能安装；请管理员执行上面的命令。",
        file=sys.stderr,
    )
