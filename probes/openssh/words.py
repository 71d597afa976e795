"""The words of an ssh command: complete, so that no configuration file has a say.

No secret is among them; the key file's path is.
"""

from __future__ import annotations

import shlex
import shutil
from itertools import pairwise
from pathlib import Path

from probes.server import Limits, Server
from probes.transcript import Outcome
from probes.transport import Trouble

SHELL = "/bin/sh -s"

_OLD = {
    "KexAlgorithms": "diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,"
    "diffie-hellman-group1-sha1",
    "HostKeyAlgorithms": "ssh-rsa",
    "PubkeyAcceptedKeyTypes": "ssh-rsa",  # this name is known to old clients, too
    "Ciphers": "aes128-cbc,aes256-cbc,3des-cbc",
}
"""Added behind what the client prefers: used only where a server knows nothing else."""

_ALWAYS = {
    "StrictHostKeyChecking": "yes",
    "GlobalKnownHostsFile": "/dev/null",
    "UpdateHostKeys": "no",
    "CheckHostIP": "no",
    "IdentitiesOnly": "yes",
    "IdentityAgent": "none",
    "ControlPath": "none",
    "ConnectionAttempts": "1",
    "NumberOfPasswordPrompts": "1",
    "ServerAliveInterval": "5",
    "LogLevel": "DEBUG3",  # into a file of its own: it names what was agreed upon
}


def program() -> str:
    """Return the ssh client's path. Raises Trouble when there is none."""
    found = shutil.which("ssh")
    if found is None:
        detail = "this machine has no ssh client: install openssh-client"
        raise Trouble(Outcome.UNREACHED, "connect", detail, again=False)
    return found


def alias(index: int) -> str:
    """Return the name under which a hop's key is looked up."""
    return f"hop-{index}"


def log_of(den: Path, index: int) -> Path:
    """Return where the client writes what it did on a hop."""
    return den / f"log-{index}"


def compose(route: list[Server], den: Path, limits: Limits) -> list[str]:
    """Return the command that runs a shell on the last server of the route."""
    proxy: list[str] = []
    for index, (hop, beyond) in enumerate(pairwise(route)):
        onward = ["-W", f"[{beyond.address}]:{beyond.port}"]
        words = [*_hop(hop, index, den, limits), *_by(proxy), *onward]
        proxy = [*words, "--", hop.address]
    last = route[-1]
    words = [*_hop(last, len(route) - 1, den, limits), *_by(proxy)]
    return [*words, "-T", "--", last.address, SHELL]


def _by(proxy: list[str]) -> list[str]:
    """Return the option; its value is expanded once more at each nesting."""
    line = shlex.join(proxy).replace("%", "%%")
    return ["-o", f"ProxyCommand={line}"] if proxy else []


def _hop(server: Server, index: int, den: Path, limits: Limits) -> list[str]:
    credential = server.credential
    if credential is None:
        raise Trouble(Outcome.AUTH_FAILED, "auth", "no credential is configured")
    options = _ALWAYS | {
        "HostKeyAlias": alias(index),
        "UserKnownHostsFile": _plain(den / f"known-{index}"),
        "KnownHostsCommand": f"/bin/sh {den}/prove {den}/prints-{index} %f %t %K %k",
        "ConnectTimeout": str(max(1, int(limits.connect.total_seconds()))),
        "PreferredAuthentications": "publickey",
        "BatchMode": "no" if credential.passphrase else "yes",
    }
    if credential.password:
        options["PreferredAuthentications"] += ",keyboard-interactive,password"
        options["BatchMode"] = "no"
    words = [program(), "-F", "none", "-a", "-x", "-E", str(log_of(den, index))]
    for name, value in options.items():
        words += ["-o", f"{name}={value}"]
    for name, value in _OLD.items():
        words += ["-o", f"{name}=+{value}"]
    if credential.key_file:
        words += ["-i", _plain(credential.key_file)]
    return [*words, "-p", str(server.port), "-l", credential.user]


def _plain(path: Path) -> str:
    return str(path).replace("%", "%%")
