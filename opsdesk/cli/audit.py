"""`opsdesk audit`: verify the chain, note its head, hand its entries out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from opsdesk.cli.group import spoken, told
from opsdesk.cli.opened import console_user, opened
from opsdesk.cli.session import fail
from opsdesk.core import audit as trail
from opsdesk.core import clock
from opsdesk.core.audit_queries import Wanted
from opsdesk.core.audit_queries import export as exported
from opsdesk.core.audit_segments import compare
from opsdesk.core.audit_verify import Anchor, Broken, Fault, Verdict, read_anchors
from opsdesk.core.audit_verify import verify as walk
from opsdesk.core.language import pick, say
from probes.finding import Words

FAULTS = {
    Fault.TAMPER: Words("内容被改动", "altered"),
    Fault.FORK: Words("链条分叉", "forked"),
    Fault.GAP: Words("中间缺失", "entries missing in the middle"),
    Fault.TRUNCATED: Words("末尾缺失", "entries missing at the end"),
}


@click.group(
    help=told(
        "审计链：核验、记下末端、导出。",
        "The audit trail: verify, note its head, export.",
    )
)
def audit() -> None:
    """Hold the commands about the audit trail."""


@audit.command(
    help=told(
        "核验整条链。退出码：0 完好，1 有问题，2 无法核验。",
        "Verify the whole chain. Exit status: 0 sound, 1 broken, 2 cannot be verified.",
    )
)
@click.option(
    "--against",
    type=click.Path(path_type=Path, dir_okay=False),
    help=told(
        "另处记下的末端，一行一个（如 `opsdesk audit head` 的输出，或纸上的 12:9f86d081884c）",
        "heads noted elsewhere, one a line: what `opsdesk audit head` printed, or "
        "12:9f86d081884c from paper",
    ),
)
@click.option(
    "--segment",
    type=click.Path(path_type=Path, dir_okay=False),
    help=told(
        "同时核对某一天导出的文件（数据目录下 audit/segments/日期.jsonl）",
        "hold a day's exported file against the database, too: audit/segments/DAY.jsonl",
    ),
)
@click.pass_context
def verify(ctx: click.Context, against: Path | None, segment: Path | None) -> None:
    """Walk the chain, say what is wrong, and exit 0, 1 or 2."""
    desk = opened(ctx)
    anchors = _anchors(against)
    lines = _lines(segment)
    try:
        with desk.database.reading() as session:
            verdict = walk(session, anchors)
            differing = _compared(session, lines, segment)
    except SQLAlchemyError as error:
        fail(
            f"读不了数据库，无法核验：{error}",
            f"The database cannot be read, so nothing was verified: {error}",
        )
    verdict = replace(verdict, broken=(*verdict.broken, *differing))
    _report(verdict)
    ctx.exit(0 if verdict.sound else 1)


@audit.command(
    help=told(
        "显示链的末端，一行 JSON;存到别的机器上，供 --against 用",
        "Print the chain's head as a line of JSON, to keep on another machine",
    )
)
@click.pass_context
def head(ctx: click.Context) -> None:
    """Print where the chain ends."""
    desk = opened(ctx)
    with desk.database.reading() as session:
        seq, mac = trail.end(session)
    click.echo(json.dumps({"seq": seq, "mac": mac, "at": clock.now().isoformat()}))


@audit.command(
    help=told(
        "导出全部记录（每行一条 JSON）到标准输出；导出本身也记一条",
        "Write every entry to standard output, a line of JSON each; that is recorded",
    )
)
@click.pass_context
def export(ctx: click.Context) -> None:
    """Write the trail out."""
    desk = opened(ctx)
    with desk.database.unit() as session:
        _record_export(session)
    with desk.database.reading() as session:
        for line in exported(session, Wanted()):
            click.echo(line, nl=False)


def _record_export(session: Session) -> None:
    trail.write(
        session,
        actor=console_user(),
        action="audit.exported",
        subject="audit",
        at=clock.now(),
    )


def _anchors(against: Path | None) -> list[Anchor]:
    if against is None:
        return []
    try:
        return read_anchors(against.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError) as error:
        _unusable(against, error)


def _lines(segment: Path | None) -> list[str]:
    if segment is None:
        return []
    try:
        return segment.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        _unusable(segment, error)


def _compared(session: Session, lines: list[str], segment: Path | None) -> list[Broken]:
    try:
        return compare(session, lines)
    except ValueError as error:
        _unusable(segment, error)


def _unusable(path: Path | None, error: Exception) -> NoReturn:
    fail(
        f"{path} 用不了，没有核验：{error}",
        f"{path} cannot be used, so nothing was verified: {error}",
    )


def _report(verdict: Verdict) -> None:
    for one in verdict.broken:
        words = pick(FAULTS[one.fault], spoken())
        click.echo(f"{one.fault.value} #{one.seq} ({words}): {one.reason}")
    if verdict.sound:
        click.echo(
            say(
                f"完好：{verdict.entries} 条，末端 {verdict.head}",
                f"Sound: {verdict.entries} entries, head {verdict.head}",
                spoken(),
            )
        )
