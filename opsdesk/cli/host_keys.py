"""Host keys: what a server shows now, whether it is the pinned one, and pinning it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import click

from opsdesk.cli.group import spoken
from opsdesk.cli.noted import note
from opsdesk.cli.session import list_mistakes
from opsdesk.core.language import pick
from opsdesk.core.settings import BadSettings, Settings, editing
from opsdesk.core.text import one_line
from probes import hostkeys
from probes.finding import Words
from probes.server import Server, Transport
from probes.transport import Trouble

WIRED = frozenset({Transport.SSH, Transport.OPENSSH})
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Look:
    """What a server's door looks like."""

    good: bool
    words: Words


def look_at_all(
    servers: Sequence[Server], settings: Settings
) -> Iterator[tuple[Server, Look]]:
    """Yield each server with its door, in the order given."""
    at_once = min(_AT_ONCE, settings.inspections.workers)
    with ThreadPoolExecutor(at_once) as pool:
        looks = pool.map(lambda server: _look(server, settings), servers)
        yield from zip(servers, looks, strict=True)


def _look(server: Server, settings: Settings) -> Look:
    if server.transport not in WIRED:
        return Look(good=True, words=_NO_SSH)
    try:
        key = hostkeys.seen(server, settings.inspections.limits)
    except Trouble as trouble:
        return Look(good=False, words=_UNREACHED.fill(why=trouble))
    if not server.host_keys:
        words = _UNPINNED.fill(name=server.name, fingerprint=key.fingerprint)
        return Look(good=False, words=words)
    if not hostkeys.matches(server.host_keys, key):
        return Look(good=False, words=_CHANGED.fill(fingerprint=key.fingerprint))
    return Look(good=True, words=_GOOD.fill(fingerprint=key.fingerprint))


def trust(settings: Settings, server: Server, *, fingerprint: str, yes: bool) -> int:
    """Show the key a server shows, pin it if told to, and return the exit status."""
    try:
        key = hostkeys.seen(server, settings.inspections.limits)
    except Trouble as trouble:
        _say(_UNREACHED.fill(why=one_line(str(trouble))), err=True)
        if server.transport is Transport.OPENSSH:
            _say(_BY_HAND.fill(address=server.address, port=server.port), err=True)
        return 3
    click.echo(f"{server.name}  {key.type}  {key.fingerprint}")
    if hostkeys.matches(server.host_keys, key):
        _say(_ALREADY)
        return 0
    refusal = _why_not(server, key, fingerprint)
    if refusal is not None:
        _say(refusal, err=True)
        return 1
    if yes or fingerprint:
        return _pin(settings, server, key)
    _say(_HOW_TO_PIN.fill(name=server.name, fingerprint=key.fingerprint))
    return 0


def _why_not(server: Server, key: hostkeys.HostKey, fingerprint: str) -> Words | None:
    if fingerprint and fingerprint.rstrip("=") != key.fingerprint:
        return _NOT_THE_ONE.fill(fingerprint=one_line(fingerprint))
    if server.host_keys and not fingerprint:
        return _ANOTHER.fill(name=server.name)
    return None


def _pin(settings: Settings, server: Server, key: hostkeys.HostKey) -> int:
    index = settings.servers.index(server)
    text = editing.text_of(settings.path)
    expected = _repinned(settings.servers, server.name, key.line)
    try:
        editing.replace_if_it_loads(
            settings.path,
            text,
            editing.pinned(text, index, key.line),
            environ=os.environ,
            wanted=lambda after: after.servers == expected,
        )
    except BadSettings as bad:
        list_mistakes(bad, settings.path)
        return 2
    note(
        settings,
        "host-key.pinned",
        server.name,
        {"fingerprint": key.fingerprint, "replaced": bool(server.host_keys)},
    )
    _say(_PINNED.fill(name=server.name, path=settings.path))
    return 0


def _repinned(servers: Sequence[Server], name: str, line: str) -> tuple[Server, ...]:
    """Return the servers as they must be afterwards: one pin changed, no other thing."""

    def one(server: Server) -> Server:
        via = tuple(one(hop) for hop in server.via)
        keys = (line,) if server.name == name else server.host_keys
        return replace(server, via=via, host_keys=keys)

    return tuple(one(server) for server in servers)


def _say(words: Words, *, err: bool = False) -> None:
    click.echo(pick(words, spoken()), err=err)


_NO_SSH = Words("不走 SSH，由 checks 检查", "not by SSH; its checks look at it")
_UNREACHED = Words("没有连上：{why}", "not reached: {why}")
_BY_HAND = Words(
    "这台服务器可能只支持旧算法。请在它的控制台上读取公钥，"
    "或运行 ssh-keyscan -p {port} {address} 并核对后，手工写入 host_key。",
    "This server may only speak old algorithms. Read its public key on its own "
    "console, or run ssh-keyscan -p {port} {address}, compare, and write it under "
    "host_key by hand.",
)
_UNPINNED = Words(
    "主机密钥未固定，所见 {fingerprint}。核对后运行 opsdesk hosts trust {name}",
    "no host key pinned, it shows {fingerprint}. Compare it, then run `opsdesk hosts "
    "trust {name}`",
)
_CHANGED = Words(
    "主机密钥与固定的不一致，所见 {fingerprint}。在查明原因之前不要登录",
    "shows another key than the pinned one: {fingerprint}. Do not sign in before you "
    "know why",
)
_GOOD = Words("主机密钥一致 {fingerprint}", "shows the pinned key {fingerprint}")
_ALREADY = Words("就是已固定的密钥。", "This is the key that is pinned.")
_NOT_THE_ONE = Words(
    "与给出的指纹 {fingerprint} 不一致，没有固定。可能连到了别的机器，请在控制台上核对。",
    "This is not {fingerprint}; nothing was pinned. It may be another machine: look at "
    "its own console.",
)
_ANOTHER = Words(
    "{name} 已固定另一把密钥，没有改动。若确实换过密钥，"
    "请用 --fingerprint 给出控制台上看到的指纹。",
    "Another key is pinned for {name}; nothing was changed. If it was really replaced, "
    "give --fingerprint as its own console shows it.",
)
_HOW_TO_PIN = Words(
    "没有固定。请在该机控制台运行 ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub 核对，"
    "一致后:opsdesk hosts trust {name} --fingerprint {fingerprint}",
    "Nothing was pinned. On the machine's own console run `ssh-keygen -lf "
    "/etc/ssh/ssh_host_ed25519_key.pub`; if it is the same: opsdesk hosts trust {name} "
    "--fingerprint {fingerprint}",
)
_PINNED = Words(
    "已固定 {name} 的主机密钥，写入 {path}。", "Pinned the key of {name} in {path}."
)
