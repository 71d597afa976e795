"""Real sshd on loopback ports: one host key, one configuration, one user key each.

As root each runs in a mount namespace with accounts of its own: `ops`, an ordinary
user with the shell and the password a test wants. Otherwise one signs in as oneself.

    with keys(place) as user_key, sshd(place / "db-1", user_key) as host:
        walk([Errand(server=host.server(), script=…)], …)

The bench imports this as well.
"""

from __future__ import annotations

import getpass
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.server import Credential, Kind, Server
from tests.lab.process import (
    accepts,
    daemon,
    end,
    free_port,
    marked,
    program,
    run,
)

_CONFIG = """\
ListenAddress {address}
Port {port}
HostKey {home}/host_key
AuthorizedKeysFile {seen}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
UseDNS no
SetEnv HOME={seen} OPSDESK_LAB={home}
LogLevel VERBOSE
"""


OPS = "ops"
SEEN = "/mnt"
"""Where the home of an sshd appears in its own namespace."""

_ENTER = """\
while umount -l /run/netns 2>/dev/null; do :; done
mount --bind "$1" /mnt && mount --bind "$1/passwd" /etc/passwd &&
mount --bind "$1/shadow" /etc/shadow && . "$1/prepare" || exit 1
shift; exec "$@"
"""


def has_accounts() -> bool:
    """Say whether sshd of the lab have accounts of their own (we are root)."""
    return os.geteuid() == 0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an sshd listens; `enter`: the words that run a command there.

    `stop` ends what `enter` starts, and with it all that runs below.
    """

    address: str
    port: int
    enter: tuple[str, ...] = ()
    stop: signal.Signals = signal.SIGTERM


@dataclass(frozen=True, slots=True)
class Sshd:
    """A running sshd and who may sign in to it."""

    name: str
    port: int
    home: Path
    pid: int
    user_key: Path
    user: str
    address: str = "127.0.0.1"

    @property
    def host_key(self) -> str:
        kind, text, *_ = (self.home / "host_key.pub").read_text().split()
        return f"{kind} {text}"

    @property
    def log(self) -> str:
        return (self.home / "log").read_text(errors="replace")

    def connect(self) -> socket.socket:
        """Open a connection that says nothing and so keeps a start-up slot."""
        sock = socket.create_connection((self.address, self.port), 5)
        sock.recv(4)  # sshd has forked and speaks
        return sock

    def credential(self, **changes: Any) -> Credential:
        known: dict[str, Any] = {
            "name": "lab",
            "user": self.user,
            "key_file": self.user_key,
        }
        return Credential(**(known | changes))

    def server(self, **changes: Any) -> Server:
        """Return it as the desk would know it: pinned, with its credential."""
        known: dict[str, Any] = {
            "name": self.name,
            "kind": Kind.OTHER,
            "zone": "lab",
            "address": self.address,
            "port": self.port,
            "credential": self.credential(),
            "host_keys": (self.host_key,),
        }
        return Server(**(known | changes))


def make_key(path: Path, kind: str = "ed25519", *words: str, phrase: str = "") -> Path:
    """Make a key pair and return the private half's path."""
    keygen = program("ssh-keygen", "openssh-client")
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "rsa" and not words:
        words = ("-b", "2048")  # 3072 bits take seconds
    run([keygen, "-q", "-t", kind, *words, "-N", phrase, "-f", str(path)])
    return path


@contextmanager
def sshd(
    home: Path,
    user_key: Path,
    *,
    more: str = "",
    host_key: str = "ed25519",
    shell: str = "/bin/bash",
    password: str = "",
    prepare: str = "",
    binary: str = "",
    spot: Spot | None = None,
) -> Iterator[Sshd]:
    """Run one sshd. `more`: further lines of its configuration, before all others.

    `shell` and `password` (as crypt(5) writes it) are those of `ops`, when we are root;
    `prepare` is shell text run in the namespace before, to mount something over it;
    `spot` is where in the network it stands, a loopback port where none is given.
    """
    daemon_path = binary or program("sshd", "openssh-server")
    home.mkdir(parents=True)
    wrap: list[str] = []
    if has_accounts():
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        home.chmod(0o755)
        (home / "prepare").write_text(f"{prepare}\n")
        wrap = _namespace(home, shell, password)
    make_key(home / "host_key", host_key)
    (home / "authorized_keys").write_bytes(user_key.with_suffix(".pub").read_bytes())
    spot = spot or Spot("127.0.0.1", free_port())
    config = home / "sshd_config"
    seen = SEEN if has_accounts() else home
    config.write_text(more + _CONFIG.format(**_of(spot), home=home, seen=seen))
    words = [*spot.enter, *wrap, daemon_path, "-D", "-e", "-f", str(config)]
    with daemon(
        words,
        lambda: accepts(spot.port, spot.address),
        log=home / "log",
        stop=spot.stop,
    ) as pid:
        user = OPS if has_accounts() else getpass.getuser()
        try:
            yield Sshd(home.name, spot.port, home, pid, user_key, user, spot.address)
        finally:
            for left, born in marked(f"OPSDESK_LAB={home}"):
                end(left, born)


def _of(spot: Spot) -> dict[str, str | int]:
    return {"address": spot.address, "port": spot.port}


def _namespace(home: Path, shell: str, password: str) -> list[str]:
    """Return the words that run a command among the lab's own accounts."""
    known = Path("/etc/passwd").read_text()
    ours = f"{OPS}:x:61234:61234:ops:{SEEN}:{shell}\n"
    (home / "passwd").write_text(known + ours)
    (home / "shadow").write_text(
        f"root:*:1::::::\n{OPS}:{password or '*'}:19000::::::\n"
    )
    unshare = program("unshare", "util-linux")
    return [unshare, "--mount", "/bin/sh", "-c", _ENTER, "sh", str(home)]


@contextmanager
def many(place: Path, user_key: Path, count: int) -> Iterator[list[Sshd]]:
    """Run several, alike but for their host keys."""
    with ExitStack() as running:
        names = [f"host-{number}" for number in range(1, count + 1)]
        yield [running.enter_context(sshd(place / n, user_key)) for n in names]
