"""A desk that exists already, for commands that keep it: accounts, audit, database."""

from __future__ import annotations

import os
from getpass import getuser

import click

from opsdesk.cli.session import fail, settings_or_exit
from opsdesk.core import audit
from opsdesk.core.desk import Desk, open_desk
from opsdesk.core.settings import Settings


def opened(ctx: click.Context) -> Desk:
    """Open the desk of the configuration, or say what must be done first."""
    settings = settings_or_exit(ctx)
    use_audit_key(settings)
    from opsdesk.core import migrate  # noqa: PLC0415 - loads Alembic; a round does not

    if migrate.revision_of(settings.database_url) != migrate.head():
        fail(
            "数据库结构与本程序版本不一致。请先运行 opsdesk db upgrade。",
            "The database is not at this version's schema. Run `opsdesk db upgrade`.",
        )
    return open_desk(settings)


def use_audit_key(settings: Settings) -> None:
    """Open the audit key, or say that there is no desk yet, or what is wrong with it."""
    data = settings.desk.data
    if not (data / "keys").is_dir():
        fail(
            f"{data} 里还没有数据，什么都没有做。请先运行 opsdesk init。",
            f"There is no data in {data} yet, so nothing was done. Run `opsdesk init` "
            "first.",
        )
    try:
        audit.use_key(data / "keys" / "audit.key")
    except audit.NoAuditKey as error:
        fail(
            f"{error.words.zh}。什么都没有做；请改正权限，或从备份恢复它，再试一次。",
            f"{error.words.en}. Nothing was done; put its mode right or restore it from "
            "a backup, then try again.",
        )


def console_user() -> str:
    """Return who acts on this machine's console, as the audit trail names them."""
    try:
        return f"cli:{getuser()}"
    except (KeyError, OSError):  # a container's number without a name
        return f"cli:{os.getuid()}"
