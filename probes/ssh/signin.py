"""Signing in: a key, a password, or both; once, never again in the same round."""

from __future__ import annotations

import re

import paramiko

from probes.server import Credential, Limits, Server
from probes.server import Transport as Way
from probes.ssh.keys import load
from probes.ssh.wire import OLD_ONLY, Wire
from probes.transcript import Outcome
from probes.transport import Call, Deadline, Trouble, reveal

_RSA = "ssh-rsa"
_SHA2_SINCE = {"OpenSSH": (7, 2), "dropbear": (2020, 79)}


class _TooOld(Trouble):
    """It would refuse our signature; the system's ssh client has an older one."""

    instead = Way.OPENSSH


def sign_in(wire: Wire, server: Server, call: Call, limits: Limits) -> None:
    """Prove who we are. The host key must have been verified before.

    Raises Trouble: auth_failed (a person must look), timed_out, or refused when the
    server hung up.
    """
    credential = server.credential
    if credential is None:
        raise Trouble(Outcome.AUTH_FAILED, "auth", "no credential is configured")
    deadline = call.deadline.within(limits.auth)
    try:
        _try_each(wire.transport, credential, deadline)
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise _sorted(credential, error, late=call.is_late(deadline)) from error


def _try_each(
    transport: paramiko.Transport, credential: Credential, deadline: Deadline
) -> None:
    """Offer the key, then the password where the key was not enough."""
    refusal: paramiko.AuthenticationException | None = None
    if credential.key_file:
        key = load(credential)
        _refuse_sha1(transport, key)
        transport.auth_timeout = deadline.remaining()
        try:
            if not transport.auth_publickey(credential.user, key):
                return
        except paramiko.AuthenticationException as error:
            if credential.password is None or not transport.is_active():
                raise
            refusal = error
    if credential.password is None:
        raise refusal or paramiko.AuthenticationException("the key is not enough")
    transport.auth_timeout = deadline.remaining()
    if transport.auth_password(credential.user, reveal(credential.password)):
        raise paramiko.AuthenticationException("the password is not enough")


def _refuse_sha1(transport: paramiko.Transport, key: paramiko.PKey) -> None:
    """Leave before offering a key that an old server would take for a wrong one."""
    if key.get_name() == _RSA and is_before_sha2(transport.remote_version):
        detail = (
            f"{transport.remote_version} signs RSA with SHA-1 alone; {OLD_ONLY}, "
            "or give it an Ed25519 key"
        )
        raise _TooOld(Outcome.REFUSED, "auth", detail)


def is_before_sha2(banner: str) -> bool:
    """Say whether a server is too old for `rsa-sha2`: OpenSSH 7.2, Dropbear 2020.79."""
    found = re.search(r"(OpenSSH|dropbear)_(\d+)\.(\d+)", banner)
    if found is None:
        return False
    name, *numbers = found.groups()
    return tuple(map(int, numbers)) < _SHA2_SINCE[name]


def _sorted(credential: Credential, error: Exception, *, late: bool) -> Trouble:
    if late:
        return Trouble(Outcome.TIMED_OUT, "auth", "sign-in not answered in time")
    said = " ".join(str(error).split())
    who = f"{credential.user} (credential {credential.name})"
    return Trouble(Outcome.AUTH_FAILED, "auth", f"{who}: {said}")
