"""Secrets at rest: one encrypted file, and the references that point into it.

The key lies beside the data (`keys/secrets.key`, mode 0600) or comes in the variable
OPSDESK_SECRETS_KEY. Each secret's name is sealed in with its value, so that two of
them cannot be swapped in the file. Nothing here shows a value.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsdesk.core.language import RefusedInWords
from probes.finding import Words
from probes.secret import Secret

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

KEY_VARIABLE = "OPSDESK_SECRETS_KEY"
_FORMAT = "opsdesk-secrets 1"
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Vault:
    """The secrets of one data folder. Nothing is created before the first `set`."""

    data: Path
    environ: Mapping[str, str]

    @property
    def file(self) -> Path:
        return self.data / "secrets.json"

    @property
    def key_file(self) -> Path:
        return self.data / "keys" / "secrets.key"

    @property
    def key_in_environment(self) -> bool:
        return bool(self.environ.get(KEY_VARIABLE, "").strip())

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._read()))

    def get(self, name: str) -> str:
        """Return a secret's value; refuses with what to do where it cannot."""
        sealed = self._read()
        if name not in sealed:
            raise RefusedInWords(_NO_SECRET, name=name)
        return self._open(name, sealed[name], self._keys())

    def set(self, name: str, value: str) -> bool:
        """Keep a value under a name; True: it replaced another."""
        if not value:
            raise RefusedInWords(_NO_VALUE, name=name)
        self.make_key()
        keys = self._keys()
        with self._locked():
            sealed = self._read()
            replaced = name in sealed
            if replaced:  # a wrong key must not leave a file of two keys
                self._open(name, sealed[name], keys)
            sealed[name] = _seal(name, value, keys)
            self._write(sealed)
        return replaced

    def remove(self, name: str) -> None:
        with self._locked():
            sealed = self._read()
            if name not in sealed:
                raise RefusedInWords(_NO_SECRET, name=name)
            del sealed[name]
            self._write(sealed)

    def rotate(self) -> int:
        """Seal everything with a new key and return how many secrets there are.

        Cut off half-way, both keys are in the key file and everything still opens.
        With the key in the environment, its first key is the new one.
        """
        with self._locked():
            sealed = self._read()
            old = self._key_lines()
            if not self.key_in_environment:
                _replace(self.key_file, "\n".join([_new_key(), *old, ""]).encode())
            keys = self._keys()
            values = {name: self._open(name, sealed[name], keys) for name in sealed}
            self._write({name: _seal(name, values[name], keys) for name in values})
            if not self.key_in_environment:
                _replace(self.key_file, f"{self._key_lines()[0]}\n".encode())
        return len(values)

    def make_key(self) -> bool:
        """Create the key file where there is no key yet; True: it was created."""
        if self.key_in_environment or self.key_file.exists():
            return False
        if self.file.exists() and self._read():
            raise RefusedInWords(_KEY_LOST, path=self.key_file, variable=KEY_VARIABLE)
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.key_file.parent.mkdir(mode=0o700, exist_ok=True)
        _replace(self.key_file, f"{_new_key()}\n".encode())
        return True

    def _keys(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - heavy

        try:
            return MultiFernet([Fernet(line) for line in self._key_lines()])
        except ValueError as error:
            place = KEY_VARIABLE if self.key_in_environment else self.key_file
            raise RefusedInWords(_BAD_KEY, place=place) from error

    def _key_lines(self) -> list[str]:
        if self.key_in_environment:
            text = self.environ[KEY_VARIABLE].replace(",", "\n")
        else:
            text = read_private(self.key_file)
        return text.split()

    def _read(self) -> dict[str, str]:
        try:
            return _sealed_in(self.file.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unreadable(self.file, error) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RefusedInWords(_BAD_FILE, path=self.file) from error

    def _write(self, sealed: dict[str, str]) -> None:
        document = {"format": _FORMAT, "secrets": dict(sorted(sealed.items()))}
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        _replace(self.file, text.encode())

    def _open(self, name: str, token: str, keys: MultiFernet) -> str:
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - heavy

        try:
            body: Any = json.loads(keys.decrypt(token))
        except InvalidToken as error:
            raise RefusedInWords(_WRONG_KEY, name=name) from error
        if body.get("name") != name:
            raise RefusedInWords(_BAD_FILE, path=self.file)
        return str(body["value"])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self.data / ".secrets.lock"
        lock = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def resolve(reference: str, *, base: Path, vault: Vault) -> Secret:
    """Return the secret a reference stands for; it is fetched when it is used.

    `secret:NAME` from the vault, `file:PATH` relative to `base`, `env:NAME` from the
    environment the vault was given.
    """
    kind, _, rest = reference.partition(":")
    match kind:
        case "secret":
            return Secret(reference, lambda: vault.get(rest))
        case "file":
            return Secret(reference, lambda: _first_line(base / rest))
        case "env":
            return Secret(reference, lambda: _variable(rest, vault.environ))
        case _:
            raise ValueError("not a reference to a secret")


def read_private(path: Path) -> str:
    """Return a small file's text, refused where others than its owner can read it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise RefusedInWords(_NOT_A_FILE, path=path)
            if mode & 0o077:
                raise RefusedInWords(_TOO_OPEN, path=path, mode=f"{mode & 0o777:04o}")
            return file.read(_LONGEST).decode()
    except UnicodeDecodeError as error:
        raise RefusedInWords(_NOT_A_FILE, path=path) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _sealed_in(content: bytes) -> dict[str, str]:
    document = json.loads(content)
    if document["format"] != _FORMAT:
        raise ValueError(document["format"])
    return {str(key): str(value) for key, value in document["secrets"].items()}


def _first_line(path: Path) -> str:
    value = read_private(path).rstrip("\r\n")
    if not value:
        raise RefusedInWords(_EMPTY_FILE, path=path)
    return value


def _variable(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if not value:
        raise RefusedInWords(_NO_VARIABLE, name=name)
    return value


def _new_key() -> str:
    from cryptography.fernet import Fernet  # noqa: PLC0415 - heavy

    return Fernet.generate_key().decode()


def _seal(name: str, value: str, keys: MultiFernet) -> str:
    body = json.dumps({"name": name, "value": value})
    return keys.encrypt(body.encode()).decode()


def _replace(path: Path, content: bytes) -> None:
    """Write a private file whole or not at all; it is on the disk when this returns."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unreadable(path: Path, error: OSError) -> RefusedInWords:
    return RefusedInWords(_UNREADABLE, path=path, reason=error.strerror or error)


_NO_SECRET = Words(
    "密钥库里没有名为 {name} 的口令。请用 opsdesk secret set {name} 保存。",
    "There is no secret named {name}. Keep it with `opsdesk secret set {name}`.",
)
_NO_VALUE = Words(
    "口令为空，{name} 没有保存。", "The value is empty; {name} was not kept."
)
_KEY_LOST = Words(
    "密钥文件 {path} 不见了，已存的口令无法解开，新口令也没有保存。"
    "请从备份恢复密钥文件或设置 {variable};若确已丢失，请删除 secrets.json 后重新保存。",
    "The key {path} is gone: what is kept cannot be opened, and nothing new was kept. "
    "Restore it from a backup or set {variable}; if it is lost for good, remove "
    "secrets.json and keep the secrets again.",
)
_BAD_KEY = Words(
    "{place} 里的密钥格式不对，没有改动。请从备份恢复。",
    "The key in {place} is malformed; nothing was changed. Restore it from a backup.",
)
_BAD_FILE = Words(
    "口令文件 {path} 已损坏，没有改动。请从备份恢复。",
    "The secrets file {path} is damaged; nothing was changed. Restore it from a "
    "backup.",
)
_WRONG_KEY = Words(
    "口令 {name} 无法用现有密钥解开，没有改动。请恢复保存它时的密钥，或移除后重新保存。",
    "The secret {name} does not open with this key; nothing was changed. Restore the "
    "key it was kept with, or remove it and keep it again.",
)
_NOT_A_FILE = Words("{path} 不是文本文件。", "{path} is not a text file.")
_TOO_OPEN = Words(
    "{path} 别人也能读（权限 {mode}），不予使用。请运行 chmod 600 {path}。",
    "{path} can be read by others (mode {mode}) and is not used. Run: chmod 600 {path}",
)
_EMPTY_FILE = Words("{path} 是空的。", "{path} is empty.")
_NO_VARIABLE = Words(
    "环境变量 {name} 没有设置。", "The environment variable {name} is not set."
)
_UNREADABLE = Words(
    "{path} 读不了（{reason}）。请检查它是否存在、归谁所有。",
    "{path} cannot be read ({reason}). Check that it exists and who owns it.",
)
