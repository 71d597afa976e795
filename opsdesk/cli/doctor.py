"""`opsdesk doctor`: looks at everything the desk stands on and says what to do."""

from __future__ import annotations

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import settings_or_exit
from opsdesk.core.language import pick, say
from opsdesk.core.text import one_line

MARKS = {"ok": "✓", "attention": "!", "problem": "✗"}


@click.command(
    help=told(
        "自检：解释器、排版库、字体、时钟、端口、数据目录、磁盘、密钥、数据库、口令、主机密钥、跳板。"
        "每行写明怎么办；有 ✗ 时退出码 1。不改动任何东西。",
        "Check the interpreter, printing, fonts, clock, port, data folder, disk, keys, "
        "database, secrets, host keys and jump hosts. Every line says what to do; exit "
        "status 1 where there is a ✗. Nothing is changed.",
    )
)
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Print one line for each look."""
    settings = settings_or_exit(ctx)
    from opsdesk.cli import checkup  # noqa: PLC0415 - loads what is looked at

    counts = dict.fromkeys(checkup.Level, 0)
    for line in checkup.lines(settings):
        counts[line.level] += 1
        found = f"{pick(line.what, spoken())}: {pick(line.found, spoken())}"
        click.echo(f"{MARKS[line.level.value]} {one_line(found)}")
        if line.remedy.zh:
            click.echo(f"    → {one_line(pick(line.remedy, spoken()))}")
    problems, notes = counts[checkup.Level.PROBLEM], counts[checkup.Level.ATTENTION]
    click.echo(
        say(
            f"{problems} 处必须处理，{notes} 处需要关注。",
            f"{problems} to put right, {notes} to look after.",
            spoken(),
        )
    )
    ctx.exit(1 if problems else 0)
