"""Private keys: read once in the life of the process, whatever the passphrase."""

from __future__ import annotations

import threading
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm

from probes.server import Credential
from probes.transcript import Outcome
from probes.transport import Trouble, reveal

_loaded: dict[tuple[Path, int, int], paramiko.PKey] = {}
_lock = threading.Lock()
_UNUSABLE = (
    OSError,
    ValueError,
    TypeError,  # a passphrase is missing, or one too many
    UnsupportedAlgorithm,
    paramiko.SSHException,
)


def load(credential: Credential) -> paramiko.PKey:
    """Return the credential's key, again from disk only when its file changed.

    Raises Trouble when it cannot be read: nothing has been sent by then.
    """
    path = credential.key_file
    assert path is not None
    try:
        status = path.stat()
        mark = (path, status.st_mtime_ns, status.st_size)
        with _lock:
            if mark not in _loaded:
                _loaded[mark] = _read(path, credential)
            return _loaded[mark]
    except _UNUSABLE as error:
        raise Trouble(
            Outcome.AUTH_FAILED, "auth", f"cannot use the key file {path}: {error}"
        ) from error


def _read(path: Path, credential: Credential) -> paramiko.PKey:
    secret = reveal(credential.passphrase).encode() if credential.passphrase else None
    # the hint says str, but cryptography below takes bytes alone
    return paramiko.PKey.from_path(path, secret)  # type: ignore[arg-type]
