"""`opsdesk replay`: judge history again by today's probes and thresholds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import console, settings_or_exit
from opsdesk.core.language import say

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(
    help=told(
        "用留存的原始记录重新读取和判断历史巡检。旧结论保留，新结论另存。",
        "Read and judge kept transcripts again. Old verdicts stay; new ones are added "
        "beside them.",
    )
)
@click.option(
    "--since",
    type=_DAY,
    help=told("从哪一天起（默认 30 天前）", "First day (default: 30 days ago)"),
)
@click.option(
    "--until", type=_DAY, help=told("到哪一天止（含）", "Last day, inclusive")
)
@click.option(
    "--server", "servers", multiple=True, help=told("只看这台，可重复", "Only this one")
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=told("只显示会有什么变化，不写入", "Say what would change, write nothing"),
)
@click.pass_context
def replay(
    ctx: click.Context,
    since: datetime | None,
    until: datetime | None,
    servers: tuple[str, ...],
    dry_run: bool,  # noqa: FBT001 - a click flag
) -> None:
    """Judge history again; see the help text."""
    settings = settings_or_exit(ctx)
    from opsdesk.cli.opened import console_user, opened  # noqa: PLC0415 - loads the database
    from opsdesk.core import clock  # noqa: PLC0415
    from opsdesk.core.text import one_line  # noqa: PLC0415
    from opsdesk.flows import replay_history as flow  # noqa: PLC0415

    zone = settings.desk.timezone
    end = until.replace(tzinfo=zone) + timedelta(days=1) if until else clock.now()
    begin = since.replace(tzinfo=zone) if since else clock.now() - timedelta(days=30)
    scope = flow.Scope(
        since=begin.astimezone(UTC),
        until=end.astimezone(UTC),
        servers=frozenset(servers),
        dry_run=dry_run,
    )
    out, seen, changed, troubled = console(), 0, 0, 0
    for row in flow.replay(opened(ctx), scope, by=console_user()):
        seen += 1
        changed += row.changed
        troubled += bool(row.trouble)
        if row.changed or row.trouble:
            what = row.trouble or f"{row.before} → {row.after}  {' / '.join(row.new)}"
            out.print(f"{row.round}  {one_line(row.server)}  {one_line(what)}")
    out.print(
        say(
            f"重新判断 {seen} 次巡检应答，{changed} 次结论有变，{troubled} 次原始记录不可读。",
            f"Judged {seen} answers again: {changed} verdicts changed, {troubled} "
            "transcripts cannot be read.",
            spoken(),
        )
    )
    ctx.exit(1 if troubled else 0)
