"""One archive from which a machine without a network can run the desk."""

from __future__ import annotations

import platform
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from tools import environment, native, system

ROOT = Path(__file__).resolve().parent.parent
# Named one by one, so that no key, password or evidence beside the tree goes along.
TREE = (
    *("CHANGELOG.md", "LICENSE", "NOTICE", "README.md", "README.zh-CN.md"),
    *("dev", "pyproject.toml", "setup.py", "requirements", "tools", "packaging"),
    *("docs", "examples", "migrations", "opsdesk", "probes", "reports", "runbooks"),
)
# Every Debian with a Python has these; a second one before the system's own could
# break the programs that the desk starts.
NOT_TAKEN = frozenset(
    (
        *("libc6", "libc-bin", "libgcc-s1", "libcrypt1", "gcc-12-base", "debconf"),
        *("libblkid1", "libexpat1", "libffi8", "libmount1", "libpcre2-8-0"),
        *("libselinux1", "libssl3", "openssl", "zlib1g"),
    )
)


def make(target: Path) -> int:
    """Write the archive: the tree, the wheels it runs on, the libraries PDFs need."""
    with tempfile.TemporaryDirectory() as folder:
        wheels, debs = Path(folder, "wheels"), Path(folder, "debs")
        environment.download_wheels(wheels)
        wanted = [*system.LIBRARIES, system.PIP]
        if shutil.which("apt-get"):
            native.download(wanted, debs, for_another_machine=True)
        for deb in debs.glob("*.deb"):
            if deb.name.partition("_")[0] in NOT_TAKEN:
                deb.unlink()
        with tarfile.open(target, "w") as archive:
            for extra in (wheels, debs):
                if extra.is_dir():
                    archive.add(extra, f"opsdesk/{extra.name}")
            for name in TREE:
                if ROOT.joinpath(name).exists():
                    archive.add(ROOT / name, f"opsdesk/{name}", filter=_source)
    version = ".".join(map(str, sys.version_info[:2]))
    print(f"{target}: {target.stat().st_size / 1e6:.0f} MB, for {platform.machine()}")
    print(f"and Python {version}. There: tar xf {target.name} && opsdesk/dev run")
    return 0


def _source(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return None if "__pycache__" in member.name else member
