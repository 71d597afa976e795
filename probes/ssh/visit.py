"""A visit by SSH: through the jump hosts, prove the key, sign in, ask, leave."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import paramiko

from probes.pins import TYPES, HostKey, algorithms, matches
from probes.server import Limits, Server
from probes.ssh.exchange import converse
from probes.ssh.signin import sign_in
from probes.ssh.wire import Incompatible, Wire, dial
from probes.transcript import Outcome
from probes.transport import Call, Errand, Heard, Trouble

_PROHIBITED = 1  # RFC 4254 §5.1: administratively prohibited


def ask(errand: Errand, call: Call) -> Heard:
    """Send the errand's script and return what came back.

    Raises Trouble when the visit ended before the script was sent.
    """
    script, server = errand.script, errand.server
    assert script is not None
    with contextlib.ExitStack() as wires:
        before = _through(server.via, call, errand.limits, wires)
        wire, key = _proved(server, before, call, errand.limits, wires)
        try:
            call.say("auth")
            sign_in(wire, server, call, errand.limits)
            call.say("script")
            return converse(wire, script, errand, call, key.fingerprint)
        except Trouble as trouble:
            trouble.host_key = key.fingerprint
            raise


def see(server: Server, call: Call, limits: Limits) -> HostKey:
    """Return the host key a server shows, without signing in to it.

    Jump hosts on the way are verified and signed in to as always.
    """
    with contextlib.ExitStack() as wires:
        before = _through(server.via, call, limits, wires)
        wire = _wire(server, before, call, limits, wires)
        return wire.greet(call, limits)


def _through(
    hops: tuple[Server, ...], call: Call, limits: Limits, wires: contextlib.ExitStack
) -> Wire | None:
    """Return the last jump host's wire, signed in; None when there is no hop."""
    wire: Wire | None = None
    for hop in hops:
        with _blaming(hop):
            wire, _ = _proved(hop, wire, call, limits, wires)
            sign_in(wire, hop, call, limits)
    return wire


@contextlib.contextmanager
def _blaming(hop: Server) -> Iterator[None]:
    """Turn a jump host's trouble into that of everything behind it."""
    try:
        yield
    except Trouble as trouble:
        guilty = trouble.gateway or hop.name
        detail = trouble.detail
        if not trouble.gateway:
            detail = f"jump host {guilty}: {trouble.outcome.value}: {detail}"
        raise Trouble(
            Outcome.PARENT_DOWN,
            trouble.stage,
            detail,
            gateway=guilty,
            again=trouble.again,
        ) from trouble


def _proved(
    server: Server,
    before: Wire | None,
    call: Call,
    limits: Limits,
    wires: contextlib.ExitStack,
) -> tuple[Wire, HostKey]:
    """Return a wire whose host key is the pinned one. Raises Trouble otherwise."""
    shown: HostKey | None = None
    unlike: Incompatible | None = None
    for only in _key_types(server.host_keys):
        wire = _wire(server, before, call, limits, wires)
        try:
            if only:
                wire.only(only)
            key = wire.greet(call, limits)
        except Incompatible as trouble:
            unlike = trouble
        else:
            if matches(server.host_keys, key):
                return wire, key
            shown = shown or key
        wire.close()
    raise _changed(server, shown) if shown else unlike or AssertionError


def _key_types(pins: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the host key types to ask for, one connection each until one matches.

    Without asking, a server's other key would be taken for a change. A fingerprint
    does not say its type, so all are tried, and only when the first is another.
    """
    if not pins:
        return [()]
    if wanted := algorithms(pins):
        return [wanted, ()]
    return [(), *TYPES]


def _changed(server: Server, key: HostKey) -> Trouble:
    state = "changed" if server.host_keys else "unknown"
    return Trouble(
        Outcome.KEY_CHANGED,
        "key",
        f"{state}: it shows {key.type} {key.fingerprint}; nothing was sent to it",
        host_key=key.fingerprint,
    )


def _wire(
    server: Server,
    before: Wire | None,
    call: Call,
    limits: Limits,
    wires: contextlib.ExitStack,
) -> Wire:
    if before is None:
        call.say("connect")
        wire = Wire(server.name, dial(server, call, limits))
    else:
        wire = Wire(server.name, _tunnel(before, server, call, limits))
    call.hold(wire.close)
    wires.callback(wire.close)
    call.say("key")
    return wire


def _tunnel(
    before: Wire, server: Server, call: Call, limits: Limits
) -> paramiko.Channel:
    """Return a channel through a jump host. Raises Trouble, naming who is to blame."""
    limit = call.deadline.within(limits.connect)
    where = f"{server.address}:{server.port} seen from jump host {before.name}"
    try:
        return before.open(server.address, server.port, limit)
    except paramiko.ChannelException as error:
        if error.code == _PROHIBITED:
            detail = f"jump host {before.name} does not forward: {error.text}"
            raise _blocked(before, detail) from error
        raise Trouble(Outcome.UNREACHED, "connect", f"{where}: {error.text}") from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        if not before.transport.is_active() and not call.ended.is_set():
            detail = f"jump host {before.name} hung up: {error}"
            raise _blocked(before, detail) from error
        raise Trouble(Outcome.UNREACHED, "connect", f"{where}: {error}") from error


def _blocked(gateway: Wire, detail: str) -> Trouble:
    return Trouble(
        Outcome.PARENT_DOWN, "connect", detail, gateway=gateway.name, again=False
    )
