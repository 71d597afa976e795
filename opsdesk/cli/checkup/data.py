"""What the desk keeps: its folder, its keys, its database, its secrets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from opsdesk.cli.checkup.line import Line, attention, fine, problem, same
from opsdesk.core.errors import Refused
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.core.settings.references import secrets
from opsdesk.core.vault import Vault
from probes.finding import Words

_LITTLE = 1 << 30
_TOO_LITTLE = 200 << 20


def folder(settings: Settings) -> Iterator[Line]:
    """Look whether the data folder is there, ours, and nobody else's to read."""
    data = settings.desk.data
    found = same(data)
    if not data.is_dir():
        yield problem(_FOLDER, found, _INIT)
    elif not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield problem(_FOLDER, found, _NOT_OURS)
    elif data.stat().st_mode & 0o007:
        yield attention(_FOLDER, found, _OPEN.fill(path=data))
    else:
        yield fine(_FOLDER, found)


def space(settings: Settings) -> Iterator[Line]:
    """Look how much room is left for evidence."""
    data = _existing(settings.desk.data)
    free = shutil.disk_usage(data).free
    found = _SPACE_LEFT.fill(mib=free >> 20)
    if free < _TOO_LITTLE:
        yield problem(_SPACE, found, _MAKE_ROOM)
    elif free < _LITTLE:
        yield attention(_SPACE, found, _MAKE_ROOM)
    else:
        yield fine(_SPACE, found)


def keys(settings: Settings) -> Iterator[Line]:
    """Look whether our own keys are there and readable by us alone."""
    vault = Vault(settings.desk.data, os.environ)
    wanted = [settings.desk.data / "keys" / "audit.key"]
    if not vault.key_in_environment and vault.file.exists():
        wanted.append(vault.key_file)
    for path in wanted:
        what = _KEY.fill(name=path.name)
        if not path.exists():
            yield problem(what, same(path), _NO_KEY)
        elif path.stat().st_mode & 0o077:
            yield problem(what, same(path), _KEY_OPEN.fill(path=path))
        else:
            yield fine(what, same(path))


def database(settings: Settings) -> Iterator[Line]:
    """Look whether the database answers and has this version's schema."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - only here

    from opsdesk.core import migrate  # noqa: PLC0415

    found = same("SQLite" if settings.embedded_database else "PostgreSQL")
    try:
        revision = migrate.revision_of(settings.database_url)
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        yield problem(_DATABASE, same(reason[:200]), _NO_DATABASE)
        return
    if revision is None:
        yield problem(_DATABASE, found, _INIT)
    elif revision != migrate.head():
        yield problem(_DATABASE, found, _UPGRADE)
    else:
        yield fine(_DATABASE, same(f"{found.en}, {revision}"))


def secrets_fetched(settings: Settings) -> Iterator[Line]:
    """Look whether every secret that is referred to can be fetched; shows none."""
    count = 0
    for place, secret in secrets(settings):
        try:
            secret.reveal()
        except Refused as refusal:
            words = same(refusal)
            if isinstance(refusal, RefusedInWords):
                words = refusal.words
            yield problem(_SECRET.fill(place=place), same(secret.reference), words)
        else:
            count += 1
    yield fine(_SECRETS, _FETCHED.fill(count=count))


def _existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


_FOLDER = Words("数据目录", "Data folder")
_INIT = Words("请运行 opsdesk init。", "Run `opsdesk init`.")
_NOT_OURS = Words(
    "当前用户不能读写，请改所有者或换用户运行。",
    "This user cannot read and write it; change its owner or run as another.",
)
_OPEN = Words(
    "其他用户可读，请运行 chmod 700 {path}。", "Others can read it: chmod 700 {path}"
)
_SPACE = Words("磁盘空间", "Disk space")
_SPACE_LEFT = Words("剩余 {mib} MiB", "{mib} MiB left")
_MAKE_ROOM = Words(
    "请腾出空间；写满后巡检的原始记录无法保存。",
    "Make room: when it is full, transcripts cannot be kept.",
)
_KEY = Words("密钥 {name}", "Key {name}")
_NO_KEY = Words(
    "还没有这把密钥。新装请运行 opsdesk init;若曾使用过，请从备份恢复。",
    "There is no such key yet. Run `opsdesk init`; if the desk was in use before, "
    "restore the key from a backup.",
)
_KEY_OPEN = Words(
    "别人也能读，请运行 chmod 600 {path}。", "Others can read it: chmod 600 {path}"
)
_DATABASE = Words("数据库", "Database")
_NO_DATABASE = Words(
    "连不上，请检查 database.url、网络和数据库服务。",
    "It does not answer; check database.url, the network and the server.",
)
_UPGRADE = Words(
    "结构与本版本不一致，请先备份，再运行 opsdesk db upgrade。",
    "Its schema is another version's; make a backup, then run `opsdesk db upgrade`.",
)
_SECRET = Words("口令 {place}", "Secret of {place}")
_SECRETS = Words("口令引用", "Secrets")
_FETCHED = Words("{count} 个可以取到", "{count} can be fetched")
