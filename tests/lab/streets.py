"""Real sshd in network namespaces: each a machine with an address, a cable and port 22.

Each sees its own processes and mounts alone: a machine of a long street answers no more
than one of a short street.

    with street(place, user_key, 30) as hosts:
        unplug(hosts[4])        # answers no packet any more
        freeze(hosts[7])        # accepts, and says nothing

Needs root (`may_build()`); elsewhere `tests.lab.sshd.many` gives loopback ports. The
addresses are of 198.18.0.0/15, which RFC 2544 sets aside for measuring.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.lab.process import descendants, program
from tests.lab.sshd import Spot, Sshd, sshd

_PER_NET = 250
MOST = 8 * _PER_NET


def may_build() -> bool:
    """Say whether this machine lets us make network namespaces."""
    if os.geteuid() != 0:
        return False
    tried = ["unshare", "--net", "true"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


@contextmanager
def street(place: Path, user_key: Path, count: int) -> Iterator[list[Sshd]]:
    """Run `count` sshd, each in a network of its own behind one bridge."""
    assert count <= MOST
    mark = secrets.token_hex(3)
    block = secrets.randbelow(16) * 8  # beside others who measure at the same time
    names = [f"od{mark}n{number}" for number in range(count)]
    with ExitStack() as built:
        built.callback(_tear_down, mark, names)
        _ip(_plan(mark, block, names))
        spots = [
            Spot(_address(block, n), 22, _enter(names[n]), signal.SIGKILL)
            for n in range(count)
        ]
        yield [
            built.enter_context(sshd(place / f"host-{n + 1}", user_key, spot=spot))
            for n, spot in enumerate(spots)
        ]


def unplug(host: Sshd) -> None:
    """Pull the cable: the machine answers no packet any more."""
    _ip([f"link set {_cable(host)} down"])


def plug_in(host: Sshd) -> None:
    """Put the cable back."""
    _ip([f"link set {_cable(host)} up"])


def freeze(host: Sshd) -> None:
    """Stop sshd: the kernel accepts connections, and nobody says anything."""
    os.kill(_inside(host), signal.SIGSTOP)


def thaw(host: Sshd) -> None:
    """Let sshd go on."""
    os.kill(_inside(host), signal.SIGCONT)


def _inside(host: Sshd) -> int:
    """Return the sshd that listens: the only child of what gave it its processes."""
    ((pid, _born),) = descendants(host.pid)[:1]
    return pid


def _plan(mark: str, block: int, names: list[str]) -> list[str]:
    bridge = f"od{mark}"
    nets = range((len(names) - 1) // _PER_NET + 1)
    plan = [f"link add {bridge} type bridge", f"link set {bridge} up"]
    plan += [f"addr add 198.18.{block + net}.254/24 dev {bridge}" for net in nets]
    for number, name in enumerate(names):
        plan += [
            f"netns add {name}",
            f"link add {name} type veth peer name eth0 netns {name}",
            f"link set {name} master {bridge} up",
            f"-n {name} addr add {_address(block, number)}/24 dev eth0",
            f"-n {name} link set eth0 up",
            f"-n {name} link set lo up",
        ]
    return plan


def _address(block: int, number: int) -> str:
    net, host = divmod(number, _PER_NET)
    return f"198.18.{block + net}.{host + 1}"


def _enter(name: str) -> tuple[str, ...]:
    """Return the words that run a command there, with processes of its own."""
    alone = ("--pid", "--fork", "--kill-child", "--mount-proc")
    unshare = program("unshare", "util-linux")
    return (program("ip", "iproute2"), "netns", "exec", name, unshare, *alone)


def _cable(host: Sshd) -> str:
    """Return the near end of the cable: the network's own name."""
    known = subprocess.run(
        ["ip", "netns", "identify", str(host.pid)],
        capture_output=True,
        text=True,
        check=True,
    )
    return known.stdout.strip()


def _ip(lines: list[str]) -> None:
    """Run `ip` once for each line; those of a namespace cannot share a batch."""
    for line in lines:
        done = subprocess.run(
            [program("ip", "iproute2"), *line.split()],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"ip {line}: {done.stderr.strip()}")


def _tear_down(mark: str, names: list[str]) -> None:
    for name in names:
        with contextlib.suppress(AssertionError):
            _ip([f"link del {name}"])
        with contextlib.suppress(AssertionError):
            _ip([f"netns del {name}"])
    with contextlib.suppress(AssertionError):
        _ip([f"link del od{mark}"])
