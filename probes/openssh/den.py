"""A private folder for one call of ssh: pinned keys, and a way to answer its prompts."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from probes.openssh.words import alias
from probes.secret import Secret
from probes.server import Server
from probes.transport import reveal

_PROVE = """\
case "$4" in AAAA*) printf '%s %s\\n' "$3" "$4" >"$1.shown" ;; esac
grep -qxF -e "$2" -- "$1" && printf '%s %s %s\\n' "$5" "$3" "$4"
exit 0
"""
"""Called by ssh with the key it was shown: says it back where its print is pinned.

It also notes the key down, so that a person can be asked whether to trust it.
"""


_KEY_SHOWN = 100  # as much of a key's path as the client's prompt shows


@dataclass(frozen=True, slots=True)
class Den:
    """The folder, and the environment that lets ssh ask us."""

    path: Path
    env: dict[str, str]

    def shown(self, index: int) -> str:
        """Return the key line a hop showed, "" when it came to none."""
        noted = self.path / f"prints-{index}.shown"
        return noted.read_text() if noted.exists() else ""


@contextmanager
def dig(route: list[Server]) -> Iterator[Den]:
    """Give a folder for this route; it and the secrets' pipes go with the block."""
    with ExitStack() as held:
        made = held.enter_context(tempfile.TemporaryDirectory(prefix="opsdesk-ssh-"))
        den = Path(made)
        (den / "prove").write_text(_PROVE)
        for index, server in enumerate(route):
            _pin(den, index, server)
        prompts = [
            line
            for index, server in enumerate(route)
            for line in _answers(index, server, held)
        ]
        yield Den(den, _environment(den, prompts))


def _pin(den: Path, index: int, server: Server) -> None:
    prints = [pin for pin in server.host_keys if pin.startswith("SHA256:")]
    lines = [pin for pin in server.host_keys if not pin.startswith("SHA256:")]
    known = "".join(f"{alias(index)} {line}\n" for line in lines)
    (den / f"known-{index}").write_text(known)
    (den / f"prints-{index}").write_text("".join(f"{one}\n" for one in prints))


def _environment(den: Path, prompts: list[str]) -> dict[str, str]:
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    if not prompts:
        return env
    askpass = den / "askpass"
    askpass.write_text("\n".join(["#!/bin/sh", 'case "$1" in', *prompts, "esac", ""]))
    askpass.chmod(0o700)
    return env | {
        "SSH_ASKPASS": str(askpass),
        "SSH_ASKPASS_REQUIRE": "force",
        "DISPLAY": "none",
    }


def _answers(index: int, server: Server, held: ExitStack) -> Iterator[str]:
    """Yield lines of a shell `case`: which prompt reads which pipe of ours.

    Only the client's own words before a server's are looked at, so that no server can
    ask for the secret of another by naming it in its prompt.
    """
    credential = server.credential
    if credential is None:
        return
    if credential.key_file and credential.passphrase:
        key = str(credential.key_file)[:_KEY_SHOWN]
        which = shlex.quote(f"Enter passphrase for key '{key}")
        yield f"{which}*) {_reader(credential.passphrase, held)} ;;"
    if credential.password:
        name = f"{credential.user}@{alias(index)}"
        which = f"{shlex.quote(f'({name}) ')}*|{shlex.quote(name)}\\'*"
        yield f"{which}) {_reader(credential.password, held)} ;;"


def _reader(secret: Secret, held: ExitStack) -> str:
    """Return the command that prints the secret from a pipe only we hold open."""
    reading, writing = os.pipe()
    held.callback(os.close, reading)
    try:
        os.write(writing, reveal(secret).encode() + b"\n")
    finally:
        os.close(writing)
    return f"head -n 1 /proc/{os.getpid()}/fd/{reading}"
