"""Shake hands and keep the whole certificate chain as the port presented it.

pyOpenSSL and not the standard library: Python 3.11 and 3.12 give only the leaf in
public, and a context that verifies gives nothing at all of a chain it refuses. Here
one handshake yields every certificate and every complaint, and refuses none: it is
a look, nothing is ever sent over the connection.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from typing import Any

from OpenSSL import SSL, crypto

from probes.asking import Clock, NoAnswer, answer, connect, wait_for
from probes.check import TlsCheck
from probes.server import Server
from probes.transcript import Section
from probes.transport import Deadline, now


def ask(check: TlsCheck, server: Server, deadline: Deadline) -> Section:
    """Return the chain (PEM, leaf first), protocol, cipher and what does not verify."""
    name = check.name or server.address

    def get(clock: Clock) -> Mapping[str, Any]:
        complaints: list[list[int]] = []
        context = _context(check.ca_file, complaints)
        with connect(server.address, check.port, clock) as wire:
            wire.settimeout(0)  # ours is the waiting
            link = SSL.Connection(context, wire)
            if not _is_address(name):
                link.set_tlsext_host_name(name.encode("idna"))
            link.set_connect_state()
            _shake(link, wire, clock)
            got = _look(link, complaints) | {"handshake_ms": clock.spent_ms}
            _part(link)
        return got

    expected = {"name": name, "port": check.port, "ca_file": bool(check.ca_file)}
    return answer(check, server, deadline, expected=expected, get=get)


def _context(ca_file: str | None, complaints: list[list[int]]) -> SSL.Context:
    """Return a context that talks to anything and writes down what is wrong."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(0)
    context.set_cipher_list(b"ALL:@SECLEVEL=0")
    context.set_default_verify_paths()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except SSL.Error as error:
            raise NoAnswer("missing", f"cannot read the CA file {ca_file}") from error

    def note(_: object, __: object, code: int, depth: int, ok: int) -> bool:
        if not ok and [code, depth] not in complaints:
            complaints.append([code, depth])
        return True

    context.set_verify(SSL.VERIFY_PEER, note)
    return context


def _shake(link: SSL.Connection, wire: socket.socket, clock: Clock) -> None:
    while True:
        try:
            link.do_handshake()
        except SSL.WantReadError:
            wait_for(wire, clock)
        except SSL.WantWriteError:
            wait_for(wire, clock, write=True)
        except SSL.SysCallError as error:
            raise NoAnswer("protocol", f"hung up in the handshake: {error}") from error
        except SSL.Error as error:
            raise NoAnswer("tls", _words(error)) from error
        else:
            return


def _look(link: SSL.Connection, complaints: list[list[int]]) -> dict[str, Any]:
    chain = link.get_peer_cert_chain() or []
    pems = [crypto.dump_certificate(crypto.FILETYPE_PEM, each) for each in chain]
    return {
        "asked_at": now().isoformat(timespec="seconds"),
        "protocol": link.get_protocol_version_name(),
        "cipher": link.get_cipher_name(),
        "cipher_bits": link.get_cipher_bits(),
        "complaints": sorted(complaints),  # OpenSSL's X509_V_ERR code, depth
        "chain": [pem.decode("ascii") for pem in pems],
    }


def _part(link: SSL.Connection) -> None:
    try:
        link.shutdown()
    except SSL.Error:
        return  # it does not say goodbye: we have what we came for


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _words(error: SSL.Error) -> str:
    said = [entry[-1] for entry in error.args[0]] if error.args else []
    return "; ".join(map(str, said)) or "the handshake failed"
