"""`opsdesk archive`: put files in, list them, and prove that not a byte has changed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from opsdesk.archive import checking, clearance, entering, search, shelf
from opsdesk.archive.checking import Checked, Harm
from opsdesk.archive.entering import Card
from opsdesk.archive.models import Category, Label
from opsdesk.archive.search import Hit
from opsdesk.archive.shelf import Line, Wanted
from opsdesk.cli.group import spoken, told
from opsdesk.cli.opened import console_user, opened
from opsdesk.cli.session import fail
from opsdesk.core import audit, clock
from opsdesk.core.desk import Desk
from opsdesk.core.language import pick, say
from opsdesk.core.text import printable
from opsdesk.flows import keep_documents, verify_archive
from opsdesk.flows.keep_documents import File
from opsdesk.flows.verify_archive import Found

CATEGORIES = click.Choice([one.value for one in Category])
LABELS = click.Choice([one.value for one in Label])


@click.group(help=told("档案库：归档、列出、核验。", "The archive: add, list, verify."))
def archive() -> None:
    """Hold the commands about the archive."""


@archive.command(
    help=told(
        "重新读取每一份文件的每一个字节并核对，结果记在档案页上。退出码：0 完好，1 有损坏或缺失。",
        "Read every byte of every file again and compare; the archive's page shows the "
        "outcome. Exit status: 0 sound, 1 damaged or missing.",
    )
)
@click.option("--json", "as_json", is_flag=True, help=told("输出 JSON", "print JSON"))
@click.pass_context
def verify(
    ctx: click.Context,
    as_json: bool,  # noqa: FBT001 - a click flag
) -> None:
    """Say what is not as it was archived, and what lies there that nothing names."""
    desk = opened(ctx)
    heard = _Listening(desk, silent=as_json)
    found = verify_archive.verify(desk, at=clock.now(), heard=heard.progress)
    assert found is not None  # nobody stops it here
    with desk.database.unit() as session:
        verify_archive.keep(session, found.outcome, by=console_user())
    if as_json:
        click.echo(json.dumps(_as_json(found), ensure_ascii=False))
    else:
        _conclude(found)
    ctx.exit(1 if found.outcome.faults else 0)


class _Listening:
    """Says what a check finds while it goes on."""

    def __init__(self, desk: Desk, *, silent: bool) -> None:
        with desk.database.reading() as session:
            self.last = checking.documents(session)
        self.silent, self.done = silent, 0

    def progress(self, one: Checked) -> None:
        self.done += 1
        if self.silent:
            return
        if sys.stderr.isatty():
            click.echo(
                f"\r{self.done}/{self.last} {one.number:<24}", err=True, nl=False
            )
        for fault in one.faults:
            click.echo(printable(pick(fault.words, spoken())))


def _as_json(found: Found) -> dict[str, Any]:
    outcome = found.outcome
    return {
        "versions": outcome.versions,
        "bytes": outcome.size,
        "faults": [
            {**asdict(fault), "words": pick(fault.words, spoken())}
            for fault in outcome.faults
        ],
        "strays": [
            {**asdict(stray), "words": pick(stray.words, spoken())}
            for stray in found.strays
        ],
    }


def _conclude(found: Found) -> None:
    if sys.stderr.isatty():
        click.echo("\r", err=True, nl=False)
    for stray in found.strays:
        click.echo(printable(pick(stray.words, spoken())))
    outcome = found.outcome
    size = f"{outcome.size / 2**20:.1f} MiB"
    n, faults, strays = outcome.versions, outcome.faults, outcome.strays
    missing = sum(one.harm is Harm.MISSING for one in faults)
    if faults:
        zh = f"核验 {n} 版，{size}：{len(faults)} 处与归档时不符"
        zh += f"，其中 {missing} 个文件丢失。" if missing else "。"
        en = f"{n} versions, {size}: {len(faults)} faults against what was archived"
        en += f", {missing} of them a missing file." if missing else "."
    else:
        zh = f"完好：{n} 版，{size}，与归档时一致。"
        en = f"Sound: {n} versions, {size}, as they were archived."
    if strays:
        zh += f"另有 {strays} 个文件没有记录提到，不影响档案。"
        en += f" Another {strays} files are named by nothing; they harm nothing."
    click.echo(say(zh, en, spoken()))


@archive.command(help=told("把一个文件归档。", "Put a file into the archive."))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--title", help=told("标题；默认文件名", "title; default: the name"))
@click.option("--category", type=CATEGORIES, help=told("类别", "category"))
@click.option("--label", type=LABELS, help=told("密级", "who may read it"))
@click.option("--keywords", help=told("关键词，空格隔开", "keywords, spaces between"))
@click.option(
    "--keep-until",
    type=click.DateTime(["%Y-%m-%d"]),
    help=told("保管到哪天；不填为长期", "kept until; left out: for good"),
)
@click.option("--note", default="", help=told("本版说明", "what is new in it"))
@click.option(
    "--supersedes",
    metavar="NUMBER",
    help=told("作为这个编号的新版本", "as the next version of this number"),
)
@click.pass_context
def add(ctx: click.Context, /, file: Path, **said: Any) -> None:
    """Archive a file, or the next version of one."""
    desk = opened(ctx)
    try:
        content = file.read_bytes()
    except OSError as error:
        fail(
            f"读不了 {file}，没有归档：{error}",
            f"{file} cannot be read, so nothing was archived: {error}",
        )
    number = str(said.pop("supersedes") or "")
    note = str(said.pop("note") or "")
    with desk.database.unit() as session:
        former = entering.holding(session, number) if number else None
        known = entering.card_of(former) if former else Card(title=file.name)
        row = keep_documents.enter(
            session,
            desk,
            File(
                card=_card(known, said),
                name=file.name,
                content=content,
                note=note,
                number=number,
                seen=former.version if former else 0,
            ),
            by=console_user(),
            at=clock.now(),
        )
        click.echo(f"{row.number} v{row.version} {row.content_sha256}")


def _card(known: Card, said: dict[str, Any]) -> Card:
    """Return what the options say; what they leave out stays as it was."""
    until = said["keep_until"]
    return Card(
        title=str(said["title"] or known.title),
        category=Category(said["category"] or known.category),
        label=Label(said["label"] or known.label),
        keywords=str(said["keywords"] or known.keywords),
        keep_until=until.date() if until else known.keep_until,
    )


RESTRICTED = click.option(
    "--restricted",
    is_flag=True,
    help=told(
        "连受限的也显示；每一份都记入「谁看过」",
        "show restricted ones too; each is noted as read",
    ),
)


@archive.command(
    "list",
    help=told(
        "列出档案，新的在前；受限的不列。",
        "List documents, new first; restricted ones are left out.",
    ),
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50)
@RESTRICTED
@click.pass_context
def listed(
    ctx: click.Context,
    limit: int,
    restricted: bool,  # noqa: FBT001 - a click flag
) -> None:
    """List the versions that hold."""
    wanted = Wanted(who=clearance.at_console(restricted=restricted))
    with _looking(opened(ctx), restricted=restricted) as session:
        lines = shelf.lines(session, wanted, most=limit)
        _note(session, lines, "list")
    if not lines:
        click.echo(say("没有可列的档案。", "There is nothing to list.", spoken()))
    for one in lines:
        kept = one.keep_until or say("长期", "for good", spoken())
        row = (one.number, f"v{one.version}", one.category, one.label, kept, one.title)
        click.echo(printable("  ".join(map(str, row))))


@archive.command(
    "search",
    help=told(
        "在档案里检索，含 PDF、DOCX、XLSX 和文本的内容；受限的不找。退出码：0 找到，1 没有。",
        "Search the archive, inside PDF, DOCX, XLSX and text; restricted ones are left "
        "out. Exit status: 0 found, 1 nothing.",
    ),
)
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=50)
@click.option("--category", type=CATEGORIES, help=told("类别", "category"))
@RESTRICTED
@click.pass_context
def sought(
    ctx: click.Context,
    words: tuple[str, ...],
    limit: int,
    category: str | None,
    restricted: bool,  # noqa: FBT001 - a click flag
) -> None:
    """Show where every word stands, newest first."""
    wanted = Wanted(
        who=clearance.at_console(restricted=restricted),
        category=Category(category) if category else None,
    )
    with _looking(opened(ctx), restricted=restricted) as session:
        hits = search.find(session, " ".join(words), wanted, most=limit)
        _note(session, hits, "search")
    if not hits:
        click.echo(say("没有找到。", "Nothing was found.", spoken()))
        ctx.exit(1)
    for hit in hits:
        click.echo(printable(f"{hit.number}  v{hit.version}  {hit.title}"))
        click.echo(printable(f"    {' '.join(hit.excerpt.split())}"))


def _looking(desk: Desk, *, restricted: bool) -> AbstractContextManager[Session]:
    """Open a unit that only looks, or one that can note who was shown what."""
    return desk.database.unit() if restricted else desk.database.reading()


def _note(session: Session, shown: Sequence[Line | Hit], how: str) -> None:
    """Write who at the console was shown which restricted document."""
    at = clock.now()
    for one in shown:
        if one.label is Label.RESTRICTED:
            audit.write(
                session,
                actor=console_user(),
                action=shelf.SHOWN,
                subject=f"{one.number}/{one.version}",
                at=at,
                detail={"kind": how},
            )
