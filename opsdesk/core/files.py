"""Bytes kept under their own SHA-256: written once, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from probes.finding import Words

_NAME = re.compile(r"[0-9a-f]{64}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Unwritable(OSError):
    """The store could not take the bytes; nothing half-written is left behind."""

    def __init__(self, words: Words, cause: OSError) -> None:
        super().__init__(cause.errno, words.en)
        self.words = words


class StoreFull(Unwritable):
    """No room is left on the disk, or the quota is used up."""


class Damaged(Exception):
    """What is stored under a hash is not what was put there."""

    def __init__(self, sha256: str, words: Words) -> None:
        super().__init__(words.en)
        self.sha256 = sha256
        self.words = words


class Missing(Damaged):
    """Nothing is stored under a hash."""


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of contents: `root/ab/cdef…`, named by what they hold."""

    root: Path

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex; twice is once.

        When this returns, the bytes are on the disk (fsync of file and folder).
        Raises StoreFull or Unwritable, and then nothing was kept.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if _holds(path, len(content)):
            return sha256
        try:
            _write(path, content, self.root)
        except OSError as error:
            raise _trouble(error, self.root) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes, checked against their hash; raises Missing or Damaged."""
        path = self.path(sha256)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise Missing(sha256, _MISSING.fill(sha256=sha256)) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged(sha256, _DAMAGED.fill(sha256=sha256, path=path))
        return content

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """Return where a content lies; anything but a hash is refused."""
        if not _NAME.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
        return self.root / sha256[:2] / sha256[2:]

    def hashes(self) -> Iterator[str]:
        """Yield the name of everything kept, in order."""
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/*")):
            name = path.parent.name + path.name
            if _NAME.fullmatch(name):
                yield name

    def verify(self) -> Iterator[Damaged]:
        """Read everything kept again and yield what no longer matches its hash."""
        for sha256 in self.hashes():
            try:
                self.get(sha256)
            except Damaged as damage:
                yield damage


_MISSING = Words(
    "档案库里没有 {sha256} 这份内容。请核对数据目录是否为原来的那一个，或从备份恢复。",
    "The store holds nothing under {sha256}. Check that the data folder is the right "
    "one, or restore it from a backup.",
)
_DAMAGED = Words(
    "{path} 的内容与它的哈希值不符，已损坏。文件保留原样，请从备份恢复。",
    "{path} no longer matches its hash: it is damaged. The file was left as it is; "
    "restore it from a backup.",
)
_NO_ROOM = Words(
    "{root} 所在磁盘已满，内容未保存，已有内容不受影响。请腾出空间后重试。",
    "The disk of {root} is full: the content was not kept, what was there is intact. "
    "Make room, then try again.",
)
_NO_WAY = Words(
    "无法写入 {root}（{reason}），内容未保存。请检查目录的所有者、权限和挂载状态。",
    "{root} cannot be written ({reason}); the content was not kept. Check the "
    "folder's owner, its mode and how it is mounted.",
)


def _holds(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _write(path: Path, content: bytes, root: Path) -> None:
    shard_is_new = not path.parent.is_dir()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".put-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _sync(path.parent)
    if shard_is_new:
        _sync(root)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _trouble(error: OSError, root: Path) -> Unwritable:
    if error.errno in _FULL:
        return StoreFull(_NO_ROOM.fill(root=root), error)
    reason = os.strerror(error.errno) if error.errno else str(error)
    return Unwritable(_NO_WAY.fill(root=root, reason=reason), error)
