"""The servers that are asked: real sshd, and what each rival must know of them."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from probes import catalogue, script
from tests.lab.desk import Place, place
from tests.lab.sshd import Sshd, make_key, many
from tests.lab.streets import may_build, street

NONCE = "5f1d7c0ab2e94386"
END = f"{NONCE} END "


@dataclass(frozen=True, slots=True)
class Estate:
    """Running servers, and a folder with everything the rivals need."""

    folder: Path
    hosts: list[Sshd]
    namespaces: bool

    @property
    def key(self) -> Path:
        return self.folder / "key"

    @property
    def script(self) -> Path:
        return self.folder / "script"

    @property
    def ssh_config(self) -> Path:
        return self.folder / "ssh_config"

    def desk(self, name: str, **inspections: object) -> Place:
        """Return a desk of its own that knows these servers."""
        return place(
            self.folder / name,
            credentials={
                "lab": {"user": self.hosts[0].user, "key_file": f"{self.key}"}
            },
            inspections=inspections,
            servers=[
                {
                    "name": host.name,
                    "kind": "other",
                    "zone": "lab",
                    "address": host.address,
                    "port": host.port,
                    "credential": "lab",
                    "host_key": host.host_key,
                }
                for host in self.hosts
            ],
        )


@contextmanager
def estate(count: int) -> Iterator[Estate]:
    """Run this many servers: in networks of their own as root, else on loopback."""
    folder = Path(tempfile.mkdtemp(prefix="opsdesk-bench-"))
    folder.chmod(0o755)
    key = make_key(folder / "key")
    apart = may_build()
    if not apart:
        sys.stderr.write("not root: sshd on loopback ports, not in namespaces\n")
    build = street if apart else many
    try:
        with build(folder / "hosts", key, count) as hosts:
            made = Estate(folder, hosts, namespaces=apart)
            _write(made)
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(made: Estate) -> None:
    first = made.hosts[0].server()
    questions = catalogue.questions(first, weekly=False)
    made.script.write_text(script.compose(questions, first, nonce=NONCE).text)
    made.ssh_config.write_text(_ssh_config(made))
    known = [f"{host.name} {host.host_key}\n" for host in made.hosts]
    (made.folder / "known_hosts").write_text("".join(known))
    names = [f"{host.name}\n" for host in made.hosts]
    (made.folder / "names").write_text("".join(names))
    (made.folder / "pool.json").write_text(json.dumps(_pool(made)))


def _ssh_config(made: Estate) -> str:
    blocks = [
        f"Host {host.name}\n HostName {host.address}\n Port {host.port}\n"
        f" HostKeyAlias {host.name}\n"
        for host in made.hosts
    ]
    common = (
        f"Host *\n User {made.hosts[0].user}\n IdentityFile {made.key}\n"
        " IdentitiesOnly yes\n BatchMode yes\n StrictHostKeyChecking yes\n"
        f" UserKnownHostsFile {made.folder / 'known_hosts'}\n"
        " GlobalKnownHostsFile /dev/null\n"
    )
    return "".join(blocks) + common


def _pool(made: Estate) -> dict[str, object]:
    return {
        "key": str(made.key),
        "user": made.hosts[0].user,
        "script": str(made.script),
        "out": str(made.folder / "pool-answered.json"),
        "end": END,
        "hosts": [
            {
                "name": host.name,
                "address": host.address,
                "port": host.port,
                "host_key": host.host_key,
            }
            for host in made.hosts
        ],
    }
