"""A backup into a scratch target, and whether all of it arrived."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime

from opsdesk.core import clock
from opsdesk.core.settings import BackupSet, Scratch
from opsdesk.flows.acting import dumps, embedded, scratch
from opsdesk.flows.acting.answer import Answer, Order, Unfit, safe
from opsdesk.flows.acting.tools import Ended, find
from opsdesk.flows.acting.tools import run as run_tool
from probes.finding import Words
from probes.transport import Deadline

_NAMED = 8


def run(order: Order) -> Answer:
    """Restore the newest backup of a set into a target that is proven to be scratch."""
    backup, target = _both(order)
    deadline = Deadline.after(order.limit)
    began = time.monotonic()
    if backup.engine == "sqlite":
        return embedded.restore(backup, target)
    found = dumps.newest(backup)
    archive = dumps.is_archive(found.path)
    _look_through(found, deadline, archive=archive)
    with scratch.linked(target, deadline) as link:
        system, database = scratch.prove(link, backup, target)
        scratch.empty(link, database)
    ended = _restored(found, target, deadline, archive=archive)
    figures = {
        **described(found, clock.now()),
        "system": system,
        "database": database,
        "status": "" if ended.status is None else str(ended.status),
        "restored": "yes" if ended.status == 0 else "no",
        "outcome": "done" if ended.status == 0 else "failed",
        "seconds": f"{time.monotonic() - began:.1f}",
    }
    said = safe(ended.errors.decode("utf-8", "replace"))
    words = _RESTORED if ended.status == 0 else _FAILED
    return Answer(
        done=ended.status == 0,
        words=words.fill(path=found.path, name=target.name, said=said or "—"),
        figures=figures,
        raw=json.dumps({**figures, "stderr": said}, ensure_ascii=False).encode(),
        media_type="application/json",
    )


def verify(order: Order) -> Answer:
    """Compare a scratch target, table by table and row by row, with the backup."""
    backup, target = _both(order)
    deadline = Deadline.after(order.limit)
    if backup.engine == "sqlite":
        return embedded.verify(backup, target)
    found = dumps.newest(backup)
    held = {
        name.replace('"', ""): count
        for name, count in dumps.counted(found.path, deadline).rows.items()
    }
    with scratch.linked(target, deadline) as link:
        if not scratch.is_marked(link):
            raise Unfit("not-marked", _NOT_MARKED.fill(name=target.name))
        system, database = scratch.identity(link)
        there = scratch.rows(link)
    more = {**described(found, clock.now()), "system": system, "database": database}
    if dumps.is_archive(found.path):
        more["listed"] = str(dumps.tables(found.path, deadline))
    return judged(held, there, dumps.promised(found.path), more)


def judged(
    held: Mapping[str, int],
    there: Mapping[str, int],
    promised: Mapping[str, int] | None,
    more: Mapping[str, str],
) -> Answer:
    """Return the verdict: every table of the backup there, with every row of it."""
    missing = sorted(set(held) - set(there))
    differing = sorted(n for n in held if n in there and held[n] != there[n])
    lost = sorted(n for n, rows in (promised or {}).items() if rows != held.get(n))
    good = bool(held) and not missing and not differing and not lost
    figures = {
        **more,
        "outcome": "done",
        "verdict": "pass" if good else "fail",
        "tables": str(len(held)),
        "tables_ok": str(len(held) - len(missing) - len(differing)),
        "rows": str(sum(held.values())),
        "rows_restored": str(sum(there.get(name, 0) for name in held)),
        "missing": str(len(missing)),
        "differing": str(len(differing)),
        "manifest": "none" if promised is None else ("differs" if lost else "agrees"),
    }
    report = {"backup": dict(held), "target": dict(there), "promised": promised}
    return _told(figures, [*missing, *differing, *lost], report, good=good)


def _told(
    figures: dict[str, str],
    worst: list[str],
    report: Mapping[str, object],
    *,
    good: bool,
) -> Answer:
    words = (_GOOD if good else _BAD).fill(
        tables=figures["tables"],
        ok=figures["tables_ok"],
        rows=figures["rows"],
        restored=figures["rows_restored"],
        named=safe(", ".join(worst[:_NAMED])) or "—",
    )
    whole = {**figures, "named": worst, **report}
    raw = json.dumps(whole, ensure_ascii=False, indent=1).encode()
    return Answer(
        done=True, words=words, figures=figures, raw=raw, media_type="application/json"
    )


def described(found: dumps.Found, now: datetime) -> dict[str, str]:
    """Return what a backup file is, in figures."""
    age = (now - found.made_at).total_seconds()
    return {
        "file": found.path.name,
        "bytes": str(found.size),
        "sha256": dumps.sha256(found.path),
        "age_hours": f"{max(0.0, age) / 3600:.1f}",
    }


def _both(order: Order) -> tuple[BackupSet, Scratch]:
    wanted, into = order.text("backup"), order.text("target")
    backup = order.settings.backups.get(wanted)
    target = order.settings.scratch_targets.get(into)
    if backup is None or target is None:
        section = "backups" if backup is None else "scratch_targets"
        name = wanted if backup is None else into
        words = _NOT_CONFIGURED.fill(section=section, name=safe(name))
        raise Unfit("not-configured", words)
    if backup.engine != target.engine:
        words = _OTHER_ENGINE.fill(one=backup.engine, other=target.engine)
        raise Unfit("other-engine", words)
    return backup, target


def _look_through(found: dumps.Found, deadline: Deadline, *, archive: bool) -> None:
    """Read all of a dump before anything is emptied for it."""
    counter = dumps.counted(found.path, deadline)
    if archive:
        dumps.tables(found.path, deadline)
    elif counter.strange or not counter.complete:
        said = safe(counter.strange.decode("utf-8", "replace"))
        why = Words(f"含有 {said}", f"it holds {said}") if said else _CUT
        words = _NOT_WHOLE.fill(path=found.path, zh=why.zh, en=why.en)
        raise Unfit("strange" if said else "damaged", words)


def _restored(
    found: dumps.Found, target: Scratch, deadline: Deadline, *, archive: bool
) -> Ended:
    """Restore in one transaction: whatever breaks it off leaves nothing behind."""
    if archive:
        words = [find("pg_restore"), "--single-transaction", "--no-owner"]
        words += ["--no-privileges", f"--dbname={target.database}", str(found.path)]
    else:
        words = [find("psql"), "--no-psqlrc", "--quiet", "--single-transaction"]
        words += ["--set=ON_ERROR_STOP=1", f"--file={found.path}"]
    return run_tool(words, scratch.environ(target), deadline)


_CUT = Words("不完整", "it is cut off")
_NOT_CONFIGURED = Words(
    "没有执行：config.yaml 的 {section} 里没有“{name}”。请配置，或改为人工完成。",
    "Nothing was done: {section} in config.yaml has no “{name}”. Configure it, or do the "
    "step by hand.",
)
_OTHER_ENGINE = Words(
    "没有执行：备份是 {one}，演练目标是 {other}。",
    "Nothing was done: the backup is of {one}, the target of {other}.",
)
_NOT_WHOLE = Words(
    "没有执行：{path} {zh}，演练库没有改动。",
    "Nothing was done: {path}: {en}. The scratch database was not changed.",
)
_RESTORED = Words("已将 {path} 恢复到 {name}。", "{path} was restored into {name}.")
_FAILED = Words(
    "{path} 没有恢复到 {name}，演练库为空：{said}",
    "{path} was not restored into {name}, which is empty: {said}",
)
_NOT_MARKED = Words(
    "没有核对：{name} 没有演练标记，请先执行恢复。",
    "Nothing was verified: {name} has no mark of a rehearsal. Restore into it first.",
)
_GOOD = Words(
    "核对通过：{tables} 张表、{rows} 行全部一致。",
    "Verified: all {tables} tables and {rows} rows agree.",
)
_BAD = Words(
    "核对不通过：{tables} 张表中 {ok} 张一致，应有 {rows} 行，恢复 {restored} 行：{named}",
    "Not verified: {ok} of {tables} tables agree; {rows} rows expected, {restored} "
    "restored: {named}",
)
