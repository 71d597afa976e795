"""Packages of the npm registry, by name, version and checksum, through npm itself."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Package:
    """One release of one package; `integrity` is the registry's `sha512-…` line."""

    name: str
    version: str
    integrity: str = ""


def fetch(package: Package) -> tuple[str, dict[str, bytes]]:
    """Get the integrity found, and every file of the package by its path inside it.

    Raises ValueError where the package is not the one that was pinned.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{package.name}@{package.version}"
        subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", folder, wanted],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (archive,) = Path(folder).glob("*.tgz")
        content = archive.read_bytes()
    found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if package.integrity not in ("", found):
        raise ValueError(f"{wanted}: {found} is not the pinned {package.integrity}")
    return found, _members(content)


def _members(content: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is not None:
                files[member.name.partition("/")[2]] = stream.read()
    return files


def sha256(content: bytes) -> str:
    """Give the checksum as the lock files write it."""
    return hashlib.sha256(content).hexdigest()
