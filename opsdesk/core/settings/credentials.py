"""`credentials`: who we are on servers, with key files that only we can read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsdesk.core.settings import parsing
from opsdesk.core.settings.forms import CredentialForm
from opsdesk.core.settings.mistakes import Notebook, Where
from opsdesk.core.settings.quantities import name as check_name
from probes.finding import Words
from probes.secret import Secret
from probes.server import Credential


@dataclass(frozen=True, slots=True)
class Binder:
    """Where references lead: files from `base`, secrets from the vault."""

    base: Path  # the folder of config.yaml
    bind: Callable[[str], Secret]

    def secret(self, reference: str | None) -> Secret | None:
        return None if reference is None else self.bind(reference)

    def path(self, text: str) -> Path:
        """Return a path of the configuration; relative ones start beside it."""
        return self.base / Path(text).expanduser()


def read(value: Any, book: Notebook, binder: Binder) -> dict[str, Credential]:
    """Return the credentials that can be used; the others are noted."""
    found = {}
    for name, entry in parsing.mapping(value, ("credentials",), book).items():
        where: Where = ("credentials", name)
        _check_name(name, where, book)
        form = parsing.form(CredentialForm, entry, where, book)
        if form is not None:
            found[name] = _credential(name, form, where, book=book, binder=binder)
    return found


def _check_name(name: str, where: Where, book: Notebook) -> None:
    try:
        check_name(name)
    except ValueError:
        book.note(where, _BAD_NAME)


def _credential(
    name: str, form: CredentialForm, where: Where, *, book: Notebook, binder: Binder
) -> Credential:
    key_file = None
    if form.key_file is not None:
        key_file = binder.path(form.key_file)
        trouble = trouble_with(key_file)
        if trouble is not None:
            book.note((*where, "key_file"), trouble)
    elif form.password is None and not book.has(*where):
        book.note(where, _NOTHING)
    elif form.passphrase is not None and not book.has(*where, "key_file"):
        book.note((*where, "passphrase"), _NO_KEY)
    return Credential(
        name=name,
        user=form.user,
        key_file=key_file,
        passphrase=binder.secret(form.passphrase),
        password=binder.secret(form.password),
    )


def trouble_with(key_file: Path) -> Words | None:
    """Return why a private key file cannot be used, or None."""
    try:
        with key_file.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
    except FileNotFoundError:
        return _MISSING.fill(path=key_file)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        return _UNREADABLE.fill(path=key_file, why=why)
    if mode & 0o077:
        return _TOO_OPEN.fill(path=key_file, mode=f"{mode & 0o777:04o}")
    return None


_BAD_NAME = Words(
    "凭据名称限 64 个以内的文字、数字、点、下划线和连字符。",
    "A credential's name has up to 64 letters, digits, dots, underscores and hyphens.",
)
_NOTHING = Words(
    "key_file 和 password 至少要写一个。", "Write key_file or password, or both."
)
_NO_KEY = Words(
    "passphrase 是私钥的口令，需要同时写 key_file。",
    "A passphrase belongs to a key: write key_file as well.",
)
_MISSING = Words(
    "私钥文件 {path} 不存在。请核对路径（相对路径从配置文件所在目录算起）。",
    "The key file {path} does not exist. Check the path (relative ones start beside "
    "the configuration).",
)
_UNREADABLE = Words(
    "私钥文件 {path} 读不了：{why}。", "The key file {path} cannot be read: {why}."
)
_TOO_OPEN = Words(
    "私钥文件 {path} 别人也能读（权限 {mode}）。请运行 chmod 600 {path}。",
    "The key file {path} can be read by others (mode {mode}). Run: chmod 600 {path}",
)
