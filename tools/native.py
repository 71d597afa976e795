"""Libraries unpacked below .native/, for an account that may not install packages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NATIVE = ROOT / ".native"
BUNDLED = ROOT / "debs"  # brought along by an offline bundle
PIP_WHEELS = "usr/share/python-wheels"


def library_folders() -> list[str]:
    """Say where unpacked libraries lie; empty when the system has its own."""
    return [str(folder) for folder in sorted(NATIVE.glob("usr/lib/*-linux-gnu"))]


def pip_wheel() -> Path | None:
    """Find the pip that the distribution packs for its own virtual environments."""
    for top in (Path("/"), NATIVE):
        for wheel in sorted(top.joinpath(PIP_WHEELS).glob("pip-*.whl")):
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


def has_bundle() -> bool:
    """Say whether packages were brought along, and can be unpacked."""
    return BUNDLED.is_dir() and shutil.which("dpkg-deb") is not None


def unpack_bundle() -> None:
    """Unpack what the bundle brought."""
    _extract(BUNDLED)


def unpack(packages: list[str]) -> None:
    """Fetch packages and what they need, as an ordinary user, and unpack them."""
    if shutil.which("apt-get") is None:
        return
    print(f"unpacking into .native/: {' '.join(packages)}", flush=True)
    debs = NATIVE / "debs"
    try:
        download(packages, debs)
        _extract(debs)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"unpacking did not work: {error}", file=sys.stderr)
    finally:
        shutil.rmtree(debs, ignore_errors=True)


def download(
    packages: list[str], into: Path, *, for_another_machine: bool = False
) -> None:
    """Fetch packages with what they need that is not installed, needing no rights.

    For another machine everything they need is fetched, whatever is installed here.
    """
    private = NATIVE / "apt"
    for folder in (private / "lists/partial", private / "cache/archives/partial", into):
        folder.mkdir(parents=True, exist_ok=True)
    # apt's unprivileged download user could not write below a home folder.
    apt = ["apt-get", "-q", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="]
    apt += ["-o", f"Dir::State::lists={private}/lists"]
    apt += ["-o", f"Dir::Cache={private}/cache"]
    if for_another_machine:
        private.joinpath("status").touch()
        apt += ["-o", f"Dir::State::status={private}/status"]
    _call([*apt, "update"])
    plan = _call([*apt, "-s", "install", "--no-install-recommends", *packages])
    names = [line.split()[1] for line in plan.splitlines() if line[:5] == "Inst "]
    _call([*apt, "download", *names], folder=into)
    shutil.rmtree(private)


def _extract(debs: Path) -> None:
    NATIVE.mkdir(exist_ok=True)
    for deb in sorted(debs.glob("*.deb")):
        _call(["dpkg-deb", "-x", str(deb), str(NATIVE)])
    # The packed configuration of fontconfig names only folders of the system.
    NATIVE.joinpath("fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts</dir><dir>{NATIVE}/usr/share/fonts</dir>"
        f"<cachedir>{NATIVE}/font-cache</cachedir></fontconfig>\n"
    )


def _call(command: list[str], folder: Path = ROOT) -> str:
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, check=True, text=True
    )
    return done.stdout
