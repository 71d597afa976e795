"""A desk that exists already, for commands that keep it: accounts, audit, database."""

from __future__ import annotations

import os
from getpass import getuser

import click

from opsdesk.cli.session import fail, settings_or_exit
from opsdesk.core import audit
from opsdesk.core.desk import Desk, open_desk


def opened(ctx: click.Context) -> Desk:
    """Open the desk of the configuration, or say what must be done first."""
    settings = settings_or_exit(ctx)
    if not (settings.desk.data / "keys").is_dir():
        fail(
            f"{settings.desk.data} 里还没有数据。请先运行 opsdesk init。",
            f"There is no data in {settings.desk.data} yet. Run `opsdesk init` first.",
        )
    try:
        audit.use_key(settings.desk.data / "keys" / "audit.key")
    except audit.NoAuditKey as error:
        fail(
            f"审计密钥不能使用：{error}。没有任何改动；请从备份恢复它。",
            f"The audit key cannot be used: {error}. Nothing was changed; restore it "
            "from a backup.",
        )
    from opsdesk.core import migrate  # noqa: PLC0415 - loads Alembic; a round does not

    if migrate.revision_of(settings.database_url) != migrate.head():
        fail(
            "数据库结构与本程序版本不一致。请先运行 opsdesk db upgrade。",
            "The database is not at this version's schema. Run `opsdesk db upgrade`.",
        )
    return open_desk(settings)


def console_user() -> str:
    """Return who acts on this machine's console, as the audit trail names them."""
    try:
        return f"cli:{getuser()}"
    except (KeyError, OSError):  # a container's number without a name
        return f"cli:{os.getuid()}"
