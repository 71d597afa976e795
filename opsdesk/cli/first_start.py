"""What a start makes sure of: keys, database, first account, first round."""

from __future__ import annotations

import click

from opsdesk.cli.group import spoken
from opsdesk.cli.opened import console_user
from opsdesk.cli.session import fail
from opsdesk.core import audit, clock, migrate
from opsdesk.core.audit_configuration import note_configuration
from opsdesk.core.desk import Desk, open_desk
from opsdesk.core.language import say
from opsdesk.core.settings import Settings
from opsdesk.inspections.queries.running import first_round_at
from opsdesk.people import operations as people


def prepare(settings: Settings, *, first_round: bool) -> Desk:
    """Bring the data folder up to this version and say what a newcomer must know."""
    ready(settings)
    desk = open_desk(settings)
    with desk.database.unit() as session:
        path, who = settings.path, console_user()
        note_configuration(session, path, by=who, at=clock.now())
    with desk.database.reading() as session:
        fresh = first_round_at(session) is None
    if fresh and first_round:
        _first_round(settings)
    address = f"http://{settings.desk.listen}"
    click.echo(say(f"\n运维服务台：{address}", f"\nThe desk: {address}", spoken()))
    _first_account(desk)
    return desk


def ready(settings: Settings) -> None:
    """Make the data folder, its audit key and its schema, or say why that is refused."""
    data = settings.desk.data
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = data / "keys" / "audit.key"
        if not key.exists():
            _new_key(settings)
        audit.use_key(key)
        migrate.upgrade(settings.database_url)
    except audit.NoAuditKey as error:
        fail(
            f"{error.words.zh}。已有数据未改动；请改正权限，或从备份恢复它。",
            f"{error.words.en}. What is there was left as it is; put its mode right or "
            "restore it from a backup.",
            status=1,
        )
    except OSError as error:
        fail(
            f"数据目录 {data} 不能使用：{error.strerror}。已有数据未改动；"
            "请检查目录的权限和磁盘空间。",
            f"The data folder {data} cannot be used: {error.strerror}. What is there was "
            "left as it is; check the folder's mode and the disk's space.",
            status=1,
        )


def _new_key(settings: Settings) -> None:
    """Make the audit key, but never for a database that was written with another."""
    if migrate.revision_of(settings.database_url) is not None:
        fail(
            f"数据库已有记录，但审计密钥 {settings.desk.data}/keys/audit.key 不见了。"
            "为保护审计链，未做任何改动。请从备份恢复该密钥。",
            f"The database has records, but the audit key {settings.desk.data}/keys/"
            "audit.key is gone. To protect the audit trail nothing was changed. "
            "Restore the key from a backup.",
            status=1,
        )
    audit.create_key(settings.desk.data / "keys" / "audit.key")


def _first_round(settings: Settings) -> None:
    from opsdesk.cli import inspect_round  # noqa: PLC0415 - only at the first start

    click.echo(
        say(
            "首次启动，先巡检一次：",
            "First start: one round to begin with.",
            spoken(),
        )
    )
    inspect_round.perform(
        settings, settings.servers, slot="adhoc", weekly=True, show=True
    )


def _first_account(desk: Desk) -> None:
    with desk.database.unit() as session:
        account = people.first_account(session, at=clock.now())
    if account is None:
        return
    username, password = account
    click.echo(
        say(
            f"第一个账号：{username}\n一次性口令：{password}\n首次登录后必须修改；此口令只显示这一次。\n",
            f"First account: {username}\nOne-time password: {password}\n"
            "It must be changed at the first sign-in; it is shown only this once.\n",
            spoken(),
        )
    )
