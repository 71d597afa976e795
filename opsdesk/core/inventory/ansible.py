"""What an Ansible inventory's variables mean for us, whichever way it was written."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsdesk.core.inventory.entry import (
    Entry,
    Found,
    Problem,
    as_written,
    jump_of_command,
    jumps,
    named,
    port_of,
)
from opsdesk.core.inventory.guesses import kind_from, zone_from
from probes.finding import Words

_PASSWORDS = re.compile(r"ansible_.*(pass|password)$")
_WIRES = {"ssh", "smart", "paramiko", "paramiko_ssh", ""}
_MOST_HOSTS = 10_000


@dataclass(slots=True)
class Group:
    """A group as written: its own hosts, variables, and the groups inside it."""

    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    children: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Inventory:
    """All groups by name, and where each host was first seen."""

    groups: dict[str, Group] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def group(self, name: str) -> Group:
        return self.groups.setdefault(name, Group())


def entries_of(inventory: Inventory) -> Found:
    """Return each host with the variables that reach it, nearest group last."""
    entries = []
    hosts = list(inventory.sources)
    for host in hosts[_MOST_HOSTS:]:
        problem = Problem(
            inventory.sources[host], _TOO_MANY.fill(host=host), whole=True
        )
        inventory.problems.append(problem)
    for host in hosts[:_MOST_HOSTS]:
        chain = _groups_of(host, inventory)
        variables: dict[str, Any] = {}
        for name in chain:
            variables |= inventory.groups[name].variables
        for group in inventory.groups.values():
            variables |= group.hosts.get(host, {})
        entry = _entry(host, variables, chain, inventory)
        if entry is not None:
            entries.append(entry)
    return Found(tuple(entries), tuple(inventory.problems))


def expanded(pattern: str) -> list[str]:
    """Return the hosts of `web[01:20].example`, `db-[a:c]`; ranges may repeat."""
    found = re.search(r"\[(\w+):(\w+)(?::(\d+))?\]", pattern)
    if not found:
        return [pattern]
    step = max(1, int(found[3] or 1))
    names = []
    for middle in _range(found[1], found[2], step):
        whole = pattern[: found.start()] + middle + pattern[found.end() :]
        names += expanded(whole)
        if len(names) > _MOST_HOSTS:
            break
    return names


def _range(first: str, last: str, step: int) -> list[str]:
    if first.isdigit() and last.isdigit():
        width = len(first) if first.startswith("0") else 0
        stop = min(int(last), int(first) + _MOST_HOSTS)
        return [str(n).zfill(width) for n in range(int(first), stop + 1, step)]
    if len(first) == len(last) == 1:
        return [chr(n) for n in range(ord(first), ord(last) + 1, step)]
    return []


def _groups_of(host: str, inventory: Inventory) -> list[str]:
    """Return the groups a host is in, outermost first; `all` is before any."""
    chain: list[str] = []

    def climb(name: str, seen: tuple[str, ...]) -> None:
        for parent, group in inventory.groups.items():
            if name in group.children and parent not in seen:
                climb(parent, (*seen, parent))
        if name not in chain:
            chain.append(name)

    if "all" in inventory.groups:
        chain.append("all")
    for name, group in inventory.groups.items():
        if host in group.hosts:
            climb(name, (name,))
    return chain


def _entry(
    host: str, variables: Mapping[str, Any], chain: list[str], inventory: Inventory
) -> Entry | None:
    source = inventory.sources[host]
    values = _plain(host, variables, source, inventory)
    wire = values.get("ansible_connection", "")
    if wire not in {*_WIRES, "local"}:
        words = _OTHER_WIRE.fill(host=host, wire=wire)
        inventory.problems.append(Problem(source, words, whole=True))
        return None
    groups = [name for name in reversed(chain) if name not in {"all", "ungrouped"}]
    return Entry(
        name=named(host),
        written=as_written(host),
        source=source,
        address=values.get("ansible_host", host),
        kind=kind_from([*groups, host]),
        zone=zone_from(groups),
        port=port_of(values.get("ansible_port", ""), source, inventory.problems),
        user=values.get("ansible_user", ""),
        key_file=values.get("ansible_private_key_file", ""),
        via=_via(host, values, source, inventory),
        local=wire == "local",
        note=", ".join(reversed(groups)),
    )


_SYNONYMS = {
    "ansible_ssh_host": "ansible_host",
    "ansible_ssh_port": "ansible_port",
    "ansible_ssh_user": "ansible_user",
    "ansible_ssh_private_key_file": "ansible_private_key_file",
}
_KNOWN = {*_SYNONYMS.values(), "ansible_connection"}
_ARGUMENTS = ("ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args")


def _plain(
    host: str, variables: Mapping[str, Any], source: str, inventory: Inventory
) -> dict[str, str]:
    values = {}
    for written, value in variables.items():
        name = _SYNONYMS.get(written, written)
        if _PASSWORDS.match(written):
            words = _PASSWORD.fill(host=host, name=written)
            inventory.problems.append(Problem(source, words))
        elif name in _KNOWN or name in _ARGUMENTS:
            text = str(value)
            if "{{" in text:
                words = _TEMPLATE.fill(host=host, name=written)
                inventory.problems.append(Problem(source, words))
            else:
                values[name] = text
    return values


def _via(
    host: str, values: Mapping[str, str], source: str, inventory: Inventory
) -> tuple[str, ...]:
    for name in _ARGUMENTS:
        text = values.get(name, "")
        try:
            words = shlex.split(text)
        except ValueError:
            words = text.split()
        for before, word in zip(["", *words], words, strict=False):
            option = word.removeprefix("-o").strip()
            if before == "-J":
                return jumps(word)
            if option.lower().startswith("proxyjump="):
                return jumps(option.split("=", 1)[1])
            if option.lower().startswith("proxycommand="):
                found = jump_of_command(option.split("=", 1)[1])
                if found is None:
                    inventory.problems.append(Problem(source, _COMMAND.fill(host=host)))
                return found or ()
    return ()


_OTHER_WIRE = Words(
    "{host} 用 {wire} 连接，不是 SSH，没有导入。",
    "{host} is reached by {wire} and not by SSH; it was not taken over.",
)
_TOO_MANY = Words(
    "一份清单最多 10000 台，{host} 没有导入。",
    "An inventory may hold 10000 hosts; {host} was not taken over.",
)
NO_RANGE = Words(
    "范围 {pattern} 看不懂，没有导入。",
    "The range {pattern} was not understood; not taken over.",
)
_PASSWORD = Words(
    "{host} 的 {name} 没有导入。请用 opsdesk secret set 保存，再在 credentials 中引用。",
    "{name} of {host} was not taken over. Keep it with `opsdesk secret set`, and refer "
    "to it under credentials.",
)
_TEMPLATE = Words(
    "{host} 的 {name} 是模板，无法求值，没有导入。",
    "{name} of {host} is a template and was not taken over.",
)
_COMMAND = Words(
    "{host} 的 ProxyCommand 不是 ssh -W，没有导入跳板。",
    "The ProxyCommand of {host} is not `ssh -W`; no jump host was taken over.",
)
