"""A bare pool of paramiko connections: the least a sweep by this library can cost.

Verifies each host key, signs in, sends the script, reads to its end marker. Keeps,
reads and judges nothing. Run as a program: pool.py SPEC.
"""

from __future__ import annotations

import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import paramiko

WORKERS = 32


def main(arguments: list[str]) -> int:
    """Ask every host of the specification; write the names of those that answered."""
    spec = json.loads(Path(arguments[0]).read_text())
    key = paramiko.Ed25519Key.from_private_key_file(spec["key"])
    text = Path(spec["script"]).read_bytes()
    with ThreadPoolExecutor(WORKERS) as pool:
        done = pool.map(lambda host: ask(host, key, text, spec), spec["hosts"])
        answered = [host["name"] for host, ok in zip(spec["hosts"], done) if ok]  # noqa: B905
    Path(spec["out"]).write_text(json.dumps(answered))
    return 0


def ask(
    host: dict[str, Any], key: paramiko.PKey, text: bytes, spec: dict[str, Any]
) -> bool:
    """Run the script on one host; say whether its end marker came."""
    sock = socket.create_connection((host["address"], host["port"]), 30)
    transport = paramiko.Transport(sock)
    try:
        transport.start_client(timeout=60)
        shown = transport.get_remote_server_key()
        if f"{shown.get_name()} {shown.get_base64()}" != host["host_key"]:
            return False
        transport.auth_publickey(spec["user"], key)
        return converse(transport.open_session(timeout=60), text, spec["end"].encode())
    finally:
        transport.close()


def converse(channel: paramiko.Channel, text: bytes, end: bytes) -> bool:
    """Send the script and read to its end marker."""
    channel.settimeout(120)
    channel.exec_command("/bin/sh -s")
    channel.sendall(text)
    channel.shutdown_write()
    heard = bytearray()
    while some := channel.recv(65536):
        heard += some
        if end in heard[-len(some) - 100 :]:
            return True
    return False


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
