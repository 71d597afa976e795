"""`opsdesk db`: which schema the database has, and bringing it to this version's."""

from __future__ import annotations

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import settings_or_exit
from opsdesk.core import migrate
from opsdesk.core.language import say


@click.group(
    help=told("数据库结构的版本和升级。", "The database's schema and its upgrade.")
)
def db() -> None:
    """Hold the commands about the schema."""


@db.command(
    help=told(
        "显示结构版本；一致时退出码 0,需要升级时 1",
        "Print the schema's revision; exit status 1 where it must be upgraded",
    )
)
@click.pass_context
def status(ctx: click.Context) -> None:
    """Compare the database's revision with this version's."""
    settings = settings_or_exit(ctx)
    found, newest = migrate.revision_of(settings.database_url), migrate.head()
    none = say("（空）", "(empty)", spoken())
    click.echo(
        say(
            f"数据库：{found or none}\n本程序：{newest}",
            f"Database: {found or none}\nThis version: {newest}",
            spoken(),
        )
    )
    ctx.exit(0 if found == newest else 1)


@db.command(
    help=told(
        "升级到本程序的结构；可重复运行，先备份", "Upgrade to this version's schema"
    )
)
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Bring the database to this version's schema."""
    settings = settings_or_exit(ctx)
    migrate.upgrade(settings.database_url)
    click.echo(
        say(
            f"数据库结构已是 {migrate.head()}",
            f"The database is at {migrate.head()}",
            spoken(),
        )
    )
