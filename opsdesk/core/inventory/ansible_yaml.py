"""An Ansible inventory written as YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from opsdesk.core.inventory.ansible import NO_RANGE, Inventory, entries_of, expanded
from opsdesk.core.inventory.entry import Found, Problem, Unusable, text_of
from probes.finding import Words

_DEEPEST = 20


class _Loader(yaml.SafeLoader):
    """Takes `!vault` and other tags for what they are: something we do not read."""


_Loader.add_multi_constructor("!", lambda _loader, _tag, _node: "{{ not read }}")


def read(path: Path) -> Found:
    """Return the inventory's hosts; groups of an unknown shape are problems."""
    try:
        document = yaml.load(text_of(path), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unusable(_NOT_YAML, path=path, why=str(error)[:200]) from error
    if not isinstance(document, dict):
        raise Unusable(_NOT_AN_INVENTORY, path=path)
    inventory = Inventory()
    for name, body in document.items():
        _group(str(name), body, inventory, 0)
    if not inventory.sources:
        raise Unusable(_NOT_AN_INVENTORY, path=path)
    return entries_of(inventory)


def _group(name: str, body: Any, inventory: Inventory, depth: int) -> None:
    group = inventory.group(name)
    if body is None:
        return
    if not isinstance(body, dict) or depth > _DEEPEST:
        inventory.problems.append(Problem(name, _ODD.fill(name=name), whole=True))
        return
    group.variables |= _mapping(body.get("vars"))
    for pattern, variables in _mapping(body.get("hosts")).items():
        names = expanded(pattern)
        if not names:
            words = NO_RANGE.fill(pattern=pattern[:80])
            inventory.problems.append(Problem(name, words, whole=True))
        for host in names:
            inventory.sources.setdefault(host, f"{name}.hosts.{pattern}")
            group.hosts.setdefault(host, {}).update(_mapping(variables))
    for child, below in _mapping(body.get("children")).items():
        group.children.append(child)
        _group(child, below, inventory, depth + 1)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    return {str(key): inner for key, inner in value.items()}


_NOT_YAML = Words("{path} 不是有效的 YAML:{why}", "{path} is not YAML: {why}")
_NOT_AN_INVENTORY = Words(
    "{path} 里没有主机，不像 Ansible 清单（all: hosts: …）。",
    "{path} holds no hosts; it does not look like an Ansible inventory (all: hosts: …).",
)
_ODD = Words("组 {name} 的写法看不懂，已跳过。", "The group {name} was not understood.")
