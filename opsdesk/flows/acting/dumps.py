"""A dump of PostgreSQL as a file: of which sort, whether whole, and what is in it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from glob import glob
from pathlib import Path

from opsdesk.core.settings import BackupSet
from opsdesk.flows.acting.answer import Unfit, safe
from opsdesk.flows.acting.tools import Ended, find, run
from probes.finding import Words
from probes.transport import Deadline

MANIFEST = ".manifest.json"
_HEAD = 1024
_TRAILER = b"-- PostgreSQL database dump complete"
_COPY = re.compile(rb"COPY (.+?)(?: \(.*\))? FROM stdin;\s*$")
_HARMLESS = (rb"\.", rb"\restrict", rb"\unrestrict")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """The newest file of a backup set."""

    path: Path
    size: int
    made_at: datetime


def newest(backup: BackupSet) -> Found:
    """Return the newest file that a set's glob matches."""
    found = []
    for name in glob(backup.files):  # noqa: PTH207 - an absolute glob
        path = Path(name)
        if path.is_file() and not name.endswith(MANIFEST):
            state = path.stat()
            found.append((state.st_mtime, path, state.st_size))
    if not found:
        raise Unfit("no-backup", _NO_FILE.fill(name=backup.name, files=backup.files))
    made, path, size = max(found)
    if size == 0:
        raise Unfit("empty-backup", _EMPTY.fill(path=path))
    return Found(path, size, datetime.fromtimestamp(made, UTC))


def sha256(path: Path) -> str:
    """Return a file's hash, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_archive(path: Path) -> bool:
    """Tell an archive of `pg_dump -Fc` or `-Ft` from SQL text; anything else is Unfit."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"PGDMP") or head[257:262] == b"ustar":
        return True
    if b"PostgreSQL database dump" in head:
        return False
    raise Unfit("not-a-dump", _NOT_A_DUMP.fill(path=path))


@dataclass(slots=True)
class Counter:
    """Counts the rows of each table in a stream of SQL, and looks out for commands.

    Lines of psql's own (to connect, to run a shell) could lead elsewhere than where we restore;
    a dump does not need them.
    """

    rows: dict[str, int] = field(default_factory=dict)
    strange: bytes = b""
    complete: bool = False
    _table: str | None = None
    _rest: bytes = b""

    def take(self, data: bytes) -> None:
        """Read the next piece."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            self._line(line)

    def end(self) -> None:
        """Read what came after the last line feed."""
        self._line(self._rest)

    def _line(self, line: bytes) -> None:
        if self._table is not None:
            if line == rb"\.":
                self._table = None
            else:
                self.rows[self._table] += 1
        elif line.startswith(b"COPY ") and (begun := _COPY.match(line)):
            self._table = begun[1].decode("utf-8", "replace")
            self.rows.setdefault(self._table, 0)
        elif line.startswith(_TRAILER):
            self.complete = True
        elif line.startswith(b"\\") and not line.startswith(_HARMLESS):
            self.strange = self.strange or line[:80]


def counted(path: Path, deadline: Deadline) -> Counter:
    """Return how many rows a dump holds of each table, by reading all of it."""
    counter = Counter()
    if is_archive(path):
        words = [find("pg_restore"), "--data-only", "--file=-", str(path)]
        must(run(words, {}, deadline, take=counter.take), path)
    else:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                if deadline.expired:
                    raise Unfit("timed-out", _SLOW.fill(path=path))
                counter.take(piece)
    counter.end()
    return counter


def tables(path: Path, deadline: Deadline) -> int:
    """Return how many tables the archive's own list names; damage is Unfit."""
    said = bytearray()
    words = [find("pg_restore"), "--list", str(path)]
    must(run(words, {}, deadline, take=said.extend), path)
    return len(re.findall(rb"^\d+; \d+ \d+ TABLE (?!DATA|ATTACH)", said, re.MULTILINE))


def promised(path: Path) -> dict[str, int] | None:
    """Return the rows by table that were written down when the backup was made.

    They stand beside it in `FILE.manifest.json` as {"tables": {"public.a": 12}}.
    """
    beside = path.with_name(path.name + MANIFEST)
    try:
        said = json.loads(beside.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        words = _BAD_MANIFEST.fill(path=beside, why=safe(str(error)))
        raise Unfit("bad-manifest", words) from error
    found = said.get("tables") if isinstance(said, dict) else None
    if not isinstance(found, dict):
        raise Unfit("bad-manifest", _BAD_MANIFEST.fill(path=beside, why="tables"))
    return {str(name): int(rows) for name, rows in found.items()}


def must(ended: Ended, path: Path) -> None:
    """Refuse to go on after a program that failed or was too slow."""
    if ended.status == 0:
        return
    said = safe(ended.errors.decode("utf-8", "replace"))
    if ended.status is None:
        raise Unfit("timed-out", _SLOW.fill(path=path))
    raise Unfit("damaged", _DAMAGED.fill(path=path, status=ended.status, said=said))


_NO_FILE = Words(
    "没有执行：备份 {name} 没有匹配 {files} 的文件。请核对 config.yaml 的 backups 和备份任务。",
    "Nothing was done: no file of backup {name} matches {files}. Check backups in "
    "config.yaml, and the job that makes them.",
)
_EMPTY = Words(
    "没有执行：{path} 是空文件。请检查备份任务。",
    "Nothing was done: {path} is empty. Look at the job that makes it.",
)
_NOT_A_DUMP = Words(
    "没有执行：{path} 不是 pg_dump 的文件（自定义、tar 或 SQL 文本格式）。",
    "Nothing was done: {path} is not a file of pg_dump (custom, tar or plain SQL).",
)
_SLOW = Words(
    "在时限内没有完成：{path}。已停止，演练库保持原样或为空。",
    "Not done within the limit: {path}. It was stopped; the scratch database is as it "
    "was, or empty.",
)
_DAMAGED = Words(
    "{path} 无法恢复（返回 {status}）：{said}",
    "{path} cannot be restored (status {status}): {said}",
)
_BAD_MANIFEST = Words(
    "没有核对：清单 {path} 读不了（{why}）。",
    "Nothing was verified: the manifest {path} cannot be read ({why}).",
)
