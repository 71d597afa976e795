"""A backup of an SQLite database, such as this desk's own, into a scratch folder."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from opsdesk.core import clock
from opsdesk.core.settings import BackupSet, Scratch
from opsdesk.flows.acting import dumps
from opsdesk.flows.acting.answer import Answer, Unfit, safe
from probes.finding import Words

MARK = ".opsdesk-scratch"
RESTORED = "restored.sqlite3"


def restore(backup: BackupSet, target: Scratch) -> Answer:
    """Copy the newest file of a set into a folder that is empty or was marked by us."""
    found = dumps.newest(backup)
    folder = _folder(target, found.path)
    began = time.monotonic()
    try:
        (folder / MARK).touch()
        shutil.copyfile(found.path, folder / RESTORED)
    except OSError as error:
        words = _UNWRITABLE.fill(path=folder, why=safe(str(error.strerror)))
        raise Unfit("unwritable", words) from error
    figures = {
        "file": found.path.name,
        "bytes": str(found.size),
        "sha256": dumps.sha256(found.path),
        "age_hours": f"{(clock.now() - found.made_at).total_seconds() / 3600:.1f}",
        "restored": "yes",
        "outcome": "done",
        "seconds": f"{time.monotonic() - began:.1f}",
    }
    return Answer(
        done=True,
        words=_COPIED.fill(path=found.path, folder=folder),
        figures=figures,
        raw=json.dumps(figures).encode(),
        media_type="application/json",
    )


def verify(backup: BackupSet, target: Scratch) -> Answer:
    """Let SQLite check what was restored, and count its rows against the backup's."""
    found = dumps.newest(backup)
    copy = _folder(target, found.path) / RESTORED
    if not copy.is_file():
        raise Unfit("not-restored", _NOTHING.fill(folder=copy.parent))
    troubles = _troubles(copy)
    held, there = _rows(found.path), _rows(copy)
    good = bool(held) and held == there and not troubles
    figures = {
        "file": found.path.name,
        "sha256": dumps.sha256(found.path),
        "outcome": "done",
        "verdict": "pass" if good else "fail",
        "integrity": "ok" if not troubles else "damaged",
        "tables": str(len(held)),
        "rows": str(sum(held.values())),
        "rows_restored": str(sum(there.values())),
    }
    report = {**figures, "troubles": troubles, "backup": held, "target": there}
    words = (_GOOD if good else _BAD).fill(
        tables=len(held), rows=sum(held.values()), why=safe("; ".join(troubles)) or "—"
    )
    raw = json.dumps(report, ensure_ascii=False, indent=1).encode()
    return Answer(
        done=True, words=words, figures=figures, raw=raw, media_type="application/json"
    )


def _folder(target: Scratch, source: Path) -> Path:
    assert target.folder is not None  # the settings see to it
    folder = target.folder.resolve()
    if not folder.is_dir():
        raise Unfit("no-folder", _NO_FOLDER.fill(path=folder))
    if folder == source.resolve().parent:
        raise Unfit("is-source", _IS_SOURCE.fill(path=folder))
    if not (folder / MARK).exists() and any(folder.iterdir()):
        raise Unfit("not-empty", _NOT_EMPTY.fill(path=folder))
    return folder


def _troubles(path: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as base:
            said = [str(row[0]) for row in base.execute("PRAGMA integrity_check(20)")]
            orphans = base.execute("PRAGMA foreign_key_check").fetchmany(20)
    except sqlite3.Error as error:
        return [str(error)]
    return [one for one in said if one != "ok"] + [str(one) for one in orphans]


def _rows(path: Path) -> dict[str, int]:
    """Return the rows of each table; {} where the file is no database."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            names = base.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite_%' ORDER BY name"
            ).fetchall()
            return {name: _count(base, name) for (name,) in names}
    except sqlite3.Error:
        return {}


def _count(base: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    found = base.execute(f'SELECT count(*) FROM "{quoted}"')  # noqa: S608 - quoted
    return int(found.fetchone()[0])


_UNWRITABLE = Words(
    "没有恢复：{path} 写不进去（{why}）。",
    "Nothing was restored: {path} cannot be written ({why}).",
)
_NO_FOLDER = Words(
    "没有执行：演练目录 {path} 不存在。请建立空目录。",
    "Nothing was done: the scratch folder {path} does not exist. Make an empty one.",
)
_IS_SOURCE = Words(
    "已拒绝，没有改动：{path} 就是备份所在的目录。",
    "Refused, nothing was changed: {path} is where the backups are.",
)
_NOT_EMPTY = Words(
    "已拒绝，没有改动：{path} 里有文件，也没有此前演练留下的标记。",
    "Refused, nothing was changed: {path} holds files and no mark of an earlier rehearsal.",
)
_NOTHING = Words(
    "没有核对：{folder} 里没有恢复出来的库，请先执行恢复。",
    "Nothing was verified: {folder} holds no restored database. Restore first.",
)
_COPIED = Words("已将 {path} 恢复到 {folder}。", "{path} was restored into {folder}.")
_GOOD = Words(
    "核对通过：完整性正常，{tables} 张表、{rows} 行全部一致。",
    "Verified: integrity holds, all {tables} tables and {rows} rows agree.",
)
_BAD = Words(
    "核对不通过：备份有 {tables} 张表、{rows} 行；{why}",
    "Not verified: the backup has {tables} tables and {rows} rows; {why}",
)
