"""`backups`, `scratch_targets`, `switches`: what a plan may name, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypedDict, TypeVar

from opsdesk.core.settings import parsing
from opsdesk.core.settings.credentials import Binder
from opsdesk.core.settings.forms import Form
from opsdesk.core.settings.mistakes import Notebook, Where, near_miss
from opsdesk.core.settings.model import BackupSet, Scratch, Switch
from opsdesk.core.settings.quantities import name as check_name
from opsdesk.core.settings.recovery_forms import (
    BackupSetForm,
    ScratchForm,
    SwitchForm,
)
from probes.finding import Words

F = TypeVar("F", bound=Form)


class Recovery(TypedDict):
    """The three sections, as the settings take them."""

    backups: dict[str, BackupSet]
    scratch_targets: dict[str, Scratch]
    switches: dict[str, Switch]


SCRATCH_PREFIXES = ("drill_", "scratch_")
"""What the name of a database that may be emptied begins with."""


def read(
    data: dict[str, Any], servers: Collection[str], book: Notebook, binder: Binder
) -> Recovery:
    """Return the three sections."""
    return Recovery(
        backups=backups(data.get("backups"), book, binder),
        scratch_targets=scratch(data.get("scratch_targets"), book, binder),
        switches=switches(data.get("switches"), servers, book),
    )


def backups(value: Any, book: Notebook, binder: Binder) -> dict[str, BackupSet]:
    """Return the sets of backup files that can be rehearsed with."""
    found = {}
    for name, form in _forms("backups", BackupSetForm, value, book).items():
        if form.engine == "postgresql" and form.source.database is None:
            book.note(("backups", name), _NO_SOURCE)
        found[name] = BackupSet(
            name=name,
            engine=form.engine,
            files=str(binder.path(form.files)),
            source_database=form.source.database or "",
            source_system=form.source.system or "",
        )
    return found


def scratch(value: Any, book: Notebook, binder: Binder) -> dict[str, Scratch]:
    """Return where backups may be restored to."""
    found = {}
    for name, form in _forms("scratch_targets", ScratchForm, value, book).items():
        _check(form, ("scratch_targets", name), book)
        found[name] = Scratch(
            name=name,
            engine=form.engine,
            host=form.host or "",
            port=form.port,
            user=form.user or "",
            password=binder.secret(form.password),
            database=form.database or "",
            folder=binder.path(form.folder) if form.folder else None,
        )
    return found


def switches(value: Any, servers: Collection[str], book: Notebook) -> dict[str, Switch]:
    """Return the switch-overs: on which server, and what is run for each way."""
    found = {}
    for name, form in _forms("switches", SwitchForm, value, book).items():
        if form.server not in servers:
            near = near_miss(form.server, servers)
            words = _NO_SERVER.fill(name=form.server, zh=near.zh, en=near.en)
            book.note(("switches", name, "server"), words)
        ways = {way: tuple(words) for way, words in form.to.items()}
        found[name] = Switch(name=name, server=form.server, ways=ways)
    return found


def _forms(key: str, kind: type[F], value: Any, book: Notebook) -> dict[str, F]:
    found = {}
    for name, entry in parsing.mapping(value, (key,), book).items():
        where: Where = (key, name)
        try:
            check_name(name)
        except ValueError:
            book.note(where, _BAD_NAME)
        form = parsing.form(kind, entry, where, book)
        if form is not None:
            found[name] = form
    return found


def _check(form: ScratchForm, where: Where, book: Notebook) -> None:
    if form.engine == "sqlite":
        if form.folder is None:
            book.note(where, _NO_FOLDER)
        return
    if None in (form.host, form.user, form.database) and not book.has(*where):
        book.note(where, _NO_DATABASE)
    if form.database and not form.database.startswith(SCRATCH_PREFIXES):
        book.note((*where, "database"), _NOT_SCRATCH)


_BAD_NAME = Words(
    "名称限 64 个以内的文字、数字、点、下划线和连字符。",
    "A name has up to 64 letters, digits, dots, underscores and hyphens.",
)
_NO_SOURCE = Words(
    "请写 source.database（备份来自哪个库），恢复时据此拒绝覆盖源库。",
    "Write source.database, the database the backup is of: a restore over it is refused.",
)
_NO_FOLDER = Words(
    "engine: sqlite 需要写 folder（恢复到哪个目录）。",
    "With engine: sqlite, write the folder to restore into.",
)
_NO_DATABASE = Words("host、user、database 都要写。", "Write host, user and database.")
_NOT_SCRATCH = Words(
    "演练库的名称应以 drill_ 或 scratch_ 开头：恢复前会清空它。",
    "The name of a scratch database begins with drill_ or scratch_: it is emptied "
    "before a restore.",
)
_NO_SERVER = Words("没有 {name} 这台服务器。{zh}", "There is no server {name}.{en}")
