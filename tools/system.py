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

Kind = Literal["run", "test"]

ROOT = Path(__file__).resolve().parent.parent
NATIVE = ROOT / ".native"
WHEELS = "usr/share/python-wheels"
PIP = "python3-pip-whl"

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
    "snmpd": ("snmpd",),
    "redis-server": ("redis-server",),
    "mariadb-server-core": ("mariadbd", "mariadb-install-db"),
    "mariadb-client-core": ("mariadb", "my_print_defaults"),
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
    wanted = missing(kind)
    if pip_needed and pip_wheel() is None:
        wanted.append(PIP)
    if not wanted:
        return
    if shutil.which("apt-get") is None:
        _ask_for(wanted)
    elif _as_root(wanted):
        _make_room_for_sshd()
    else:
        _unpack([p for p in wanted if p in LIBRARIES or p == PIP])
        _ask_for(missing(kind))


def pip_wheel() -> Path | None:
    """Find the pip that the distribution packs for its own virtual environments."""
    for top in (Path("/"), NATIVE):
        for wheel in sorted(top.joinpath(WHEELS).glob("pip-*.whl")):
            return wheel
    return None


def certificates() -> Path | None:
    """Give unpacked certificates, in one file, for a system that has none of its own."""
    packed = sorted(NATIVE.glob("usr/share/ca-certificates/**/*.crt"))
    if Path("/etc/ssl/certs/ca-certificates.crt").exists() or not packed:
        return None
    bundle = NATIVE / "ca-certificates.crt"
    bundle.write_bytes(b"\n".join(certificate.read_bytes() for certificate in packed))
    return bundle


def library_folders() -> list[str]:
    """Where unpacked libraries lie; empty when the system has its own."""
    return [str(folder) for folder in sorted(NATIVE.glob("usr/lib/*-linux-gnu"))]


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
    paths = [f"{folder}/{name}" for folder in library_folders()]
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


def _as_root(packages: list[str]) -> bool:
    """Install with apt-get where that is allowed without asking for a password."""
    if _is_root():
        prefix: list[str] = []
    elif _may_sudo():
        prefix = ["sudo", "-n"]
    else:
        return False
    print(f"installing system packages: {' '.join(packages)}", flush=True)
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


def _unpack(packages: list[str]) -> None:
    """Unpack packages and what they need below .native/, as an ordinary user."""
    if not packages:
        return
    print(f"unpacking into .native/: {' '.join(packages)}", flush=True)
    debs = NATIVE / "debs"
    for folder in (NATIVE / "lists/partial", NATIVE / "cache/archives/partial", debs):
        folder.mkdir(parents=True, exist_ok=True)
    apt = ["apt-get", "-q"]
    apt += ["-o", f"Dir::State::lists={NATIVE}/lists"]
    apt += ["-o", f"Dir::Cache={NATIVE}/cache", "-o", "Debug::NoLocking=1"]
    # The unprivileged download user of apt could not write below a home folder.
    apt += ["-o", "APT::Sandbox::User="]
    try:
        _call([*apt, "update"])
        plan = _call([*apt, "-s", "install", "--no-install-recommends", *packages])
        names = [line.split()[1] for line in plan.splitlines() if line[:5] == "Inst "]
        _call([*apt, "download", *names], folder=debs)
        for deb in sorted(debs.glob("*.deb")):
            _call(["dpkg-deb", "-x", str(deb), str(NATIVE)])
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"unpacking did not work: {error}", file=sys.stderr)
        return
    for spent in (debs, NATIVE / "lists", NATIVE / "cache"):
        shutil.rmtree(spent)
    _write_font_configuration()


def _call(command: list[str], folder: Path = ROOT) -> str:
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, check=True, text=True
    )
    return done.stdout


def _write_font_configuration() -> None:
    """Name our folders too: the packed configuration knows only the system's."""
    NATIVE.joinpath("fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts</dir><dir>{NATIVE}/usr/share/fonts</dir>"
        f"<cachedir>{NATIVE}/font-cache</cachedir></fontconfig>\n"
    )


def _ask_for(packages: Iterable[str]) -> None:
    names = " ".join(packages)
    if not names:
        return
    if sys.platform == "darwin":
        print("missing: pango. Install it with: brew install pango", file=sys.stderr)
        return
    print(
        f"These system packages are missing, and this account may not install them: "
        f"{names}.\nSet-up goes on without them. Ask an administrator for:\n"
        f"    apt-get install --no-install-recommends {names}\n"
        f"本机缺少上述系统软件包，当前账号无权安装；请管理员执行上面的命令。",
        file=sys.stderr,
    )
