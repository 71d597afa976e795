"""Code run in a network of its own, where nobody answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.process import PATIENCE, program

_NETWORK = (
    "ip link add void type veth && ip addr add 10.255.0.1/24 dev void"
    " && ip link set void up && exec "
)


def alone(code: str) -> bytes:
    """Run Python code where 10.255.0.0/24 swallows all; return what it printed.

    Skips, saying so, where this account may not make a network namespace.
    """
    unshare = program("unshare", "util-linux")
    program("ip", "iproute2")
    inside = [unshare, "--net", "--map-root-user", "sh", "-c"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this account may not make a network namespace: run as root")
    done = subprocess.run(
        [*inside, _NETWORK + '"$0" -c "$1"', sys.executable, code],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
