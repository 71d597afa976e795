"""Walk the vendor-neutral MIBs of a device: system, interfaces, storage, processors.

gufo-snmp speaks v2c and v3; MD5 and SHA-1 to SHA-512, DES and AES-128 to AES-256.
Its own timeout is per datagram, so no request begins that could outlast the deadline.
A wrong community, or a wrong SNMPv3 user at most devices, is silence: a timeout.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any

from gufo.snmp import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    BaseAuthKey,
    BasePrivKey,
    DesKey,
    Md5Key,
    NoSuchInstance,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    SnmpAuthError,
    SnmpError,
    SnmpVersion,
    User,
    ValueType,
)
from gufo.snmp.sync import SnmpSession

from probes.asking import Clock, NoAnswer, address_of, answer, reveal
from probes.check import SnmpCheck
from probes.server import Server
from probes.transcript import Section
from probes.transport import Deadline

ROWS = 512
"""Rows kept of one column: a switch of hundreds of ports fits, a full MIB does not."""

SYSTEM = {
    "descr": "1.3.6.1.2.1.1.1.0",
    "uptime": "1.3.6.1.2.1.1.3.0",  # of the agent, hundredths of a second
    "name": "1.3.6.1.2.1.1.5.0",
    "host_uptime": "1.3.6.1.2.1.25.1.1.0",  # HOST-RESOURCES-MIB, of the host
}
COLUMNS = {
    "if_descr": "1.3.6.1.2.1.2.2.1.2",
    "if_type": "1.3.6.1.2.1.2.2.1.3",
    "if_admin": "1.3.6.1.2.1.2.2.1.7",
    "if_oper": "1.3.6.1.2.1.2.2.1.8",
    "if_in_errors": "1.3.6.1.2.1.2.2.1.14",
    "if_out_errors": "1.3.6.1.2.1.2.2.1.20",
    "if_name": "1.3.6.1.2.1.31.1.1.1.1",
    "if_in_octets": "1.3.6.1.2.1.31.1.1.1.6",  # Counter64
    "if_out_octets": "1.3.6.1.2.1.31.1.1.1.10",  # Counter64
    "if_speed_mbps": "1.3.6.1.2.1.31.1.1.1.15",
    "if_alias": "1.3.6.1.2.1.31.1.1.1.18",
    "storage_type": "1.3.6.1.2.1.25.2.3.1.2",
    "storage_descr": "1.3.6.1.2.1.25.2.3.1.3",
    "storage_unit_bytes": "1.3.6.1.2.1.25.2.3.1.4",
    "storage_size_units": "1.3.6.1.2.1.25.2.3.1.5",
    "storage_used_units": "1.3.6.1.2.1.25.2.3.1.6",
    "cpu_load_percent": "1.3.6.1.2.1.25.3.3.1.2",
}
_AUTH: dict[str, type[BaseAuthKey]] = {
    "md5": Md5Key,
    "sha1": Sha1Key,
    "sha224": Sha224Key,
    "sha256": Sha256Key,
    "sha384": Sha384Key,
    "sha512": Sha512Key,
}
_PRIVACY: dict[str, type[BasePrivKey]] = {
    "des": DesKey,
    "aes128": Aes128Key,
    "aes192": Aes192Key,
    "aes256": Aes256Key,
}
_PATIENCE = 2.0  # seconds for one datagram
_TRIES = 2


def ask(check: SnmpCheck, server: Server, deadline: Deadline) -> Section:
    """Return the scalars of `SYSTEM` and the columns of `COLUMNS`, by row index."""

    def get(clock: Clock) -> Mapping[str, Any]:
        patience = min(_PATIENCE, clock.left() / (_TRIES + 1))
        got: dict[str, Any] = {"system": {}, "columns": {}, "capped": []}
        try:
            session = _session(check, server, patience)
            _walk(session, got, _Patient(clock, patience))
        except SnmpAuthError as error:
            raise NoAnswer("auth", _said(error, "authentication failed"), got) from None
        except (SnmpError, ValueError, RuntimeError) as error:
            raise NoAnswer("protocol", _said(error, "bad answer"), got) from None
        except TimeoutError as error:
            raise NoAnswer("timeout", _said(error, "no answer"), got) from None
        return got

    expected = {"version": check.version, "user": check.user}
    return answer(check, server, deadline, expected=expected, get=get)


class _Patient:
    """Says whether one more datagram may be waited for."""

    def __init__(self, clock: Clock, patience: float) -> None:
        self._clock, self._patience = clock, patience

    def check(self) -> None:
        if self._clock.left() < self._patience:
            raise TimeoutError("the device answers too slowly to be read in time")


def _session(check: SnmpCheck, server: Server, patience: float) -> SnmpSession:
    address = address_of(server.address, check.port, socket.SOCK_DGRAM)
    if check.version == "2c":
        return SnmpSession(
            address,
            check.port,
            community=reveal(check.community),
            version=SnmpVersion.v2c,
            timeout=patience,
        )
    return SnmpSession(
        address,
        check.port,
        user=_user(check),
        version=SnmpVersion.v3,
        timeout=patience,
    )


def _user(check: SnmpCheck) -> User:
    auth = privacy = None
    if check.auth_key is not None:
        kind = _AUTH.get(check.auth_protocol)
        if kind is None:
            raise NoAnswer("missing", f"no such protocol: {check.auth_protocol}")
        auth = kind(reveal(check.auth_key).encode())
    if check.privacy_key is not None:
        cipher = _PRIVACY.get(check.privacy_protocol)
        if cipher is None:
            raise NoAnswer("missing", f"no such protocol: {check.privacy_protocol}")
        privacy = cipher(reveal(check.privacy_key).encode())
    return User(check.user or "", auth_key=auth, priv_key=privacy)


def _walk(session: SnmpSession, got: dict[str, Any], patient: _Patient) -> None:
    _greet(session, patient)
    for name, oid in SYSTEM.items():
        patient.check()
        try:
            got["system"][name] = _plain(session.get(oid))
        except NoSuchInstance:
            got["system"][name] = None
    for name, oid in COLUMNS.items():
        rows: dict[str, Any] = {}
        for where, value in _rows(session, oid, patient):
            if len(rows) >= ROWS:
                got["capped"].append(name)
                break
            rows[where.removeprefix(oid + ".")] = _plain(value)
        got["columns"][name] = rows


def _greet(session: SnmpSession, patient: _Patient) -> None:
    """Agree on the engine (v3) and get one value; a lost datagram is sent again."""
    for attempt in range(_TRIES):
        patient.check()
        try:
            session.refresh()
            session.get(SYSTEM["descr"])
        except NoSuchInstance:
            return
        except (TimeoutError, BlockingIOError):
            if attempt == _TRIES - 1:
                raise TimeoutError("no datagram came back") from None
        else:
            return


def _rows(
    session: SnmpSession, oid: str, patient: _Patient
) -> Iterator[tuple[str, ValueType]]:
    """Yield one column's rows, sending a lost request again once."""
    column = session.fetch(oid)
    lost = 0
    while True:
        patient.check()
        try:
            yield next(column)
        except StopIteration:
            return
        except TimeoutError:
            lost += 1
            if lost >= _TRIES:
                raise


def _plain(value: ValueType) -> object:
    """Return a value as JSON has it; octets that are no text are kept as hex."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"hex": value.hex()}


def _said(error: Exception, otherwise: str) -> str:
    return str(error) or otherwise
