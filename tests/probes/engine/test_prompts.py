"""Which prompt of the ssh client gets which secret, and that no server can ask."""

from __future__ import annotations

import subprocess  # noqa: TID251 - what the ssh client runs, run here
from pathlib import Path

import pytest

from probes.openssh.den import dig
from probes.secret import Secret
from probes.server import Credential, Kind, Server
from tests.lab.process import PATIENCE


def server(name: str, **credential: object) -> Server:
    user = Credential(name="ops", user="ops", **credential)  # type: ignore[arg-type]
    return Server(
        name=name, kind=Kind.OTHER, zone="lab", address="127.0.0.1", credential=user
    )


def asked(prompt: str) -> str:
    """Return what a route of a gateway and a server answers to a prompt."""
    gateway = server(
        "gateway",
        key_file=Path("/keys/ops"),
        passphrase=Secret("a", lambda: "of-the-key"),
        password=Secret("b", lambda: "of-the-gateway"),
    )
    target = server("target", password=Secret("c", lambda: "of-the-target"))
    with dig([gateway, target]) as den:
        done = subprocess.run(
            [den.env["SSH_ASKPASS"], prompt],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("ops@hop-0's password: ", "of-the-gateway"),
        ("(ops@hop-0) Password: ", "of-the-gateway"),
        ("ops@hop-1's password: ", "of-the-target"),
        ("(ops@hop-1) Verification: ", "of-the-target"),
        ("Enter passphrase for key '/keys/ops': ", "of-the-key"),
    ],
)
def test_each_prompt_of_the_client_gets_its_own_secret(
    prompt: str, answer: str
) -> None:
    assert asked(prompt) == answer


@pytest.mark.parametrize(
    "words", ["ops@hop-0's password: ", "(ops@hop-0) Password: ", "/keys/ops"]
)
def test_a_server_cannot_ask_for_the_secret_of_another(words: str) -> None:
    assert asked(f"(ops@hop-1) {words}") == "of-the-target"
    assert asked(words if words.startswith("/") else f"x {words}") == ""
