"""An Ansible inventory written as INI."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from opsdesk.core.inventory.ansible import Inventory, entries_of, expanded
from opsdesk.core.inventory.entry import Found, Problem, text_of
from probes.finding import Words

_SECTION = re.compile(r"\[([^\]:]+)(?::(children|vars|hosts))?\]")


def read(path: Path) -> Found:
    """Return the inventory's hosts; lines that say nothing are problems."""
    inventory = Inventory()
    group, part = "ungrouped", "hosts"
    for number, raw in enumerate(text_of(path).splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        section = _SECTION.fullmatch(line.split(" #", 1)[0].strip())
        if section:
            group, part = section[1].strip(), section[2] or "hosts"
            inventory.group(group)
        elif not _take(line, group, part, number, inventory):
            problem = Problem(f"line {number}", _ODD.fill(line=line[:80]), whole=True)
            inventory.problems.append(problem)
    return entries_of(inventory)


def _take(line: str, group: str, part: str, number: int, inventory: Inventory) -> bool:
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return False
    if part == "vars":
        name, separator, value = line.partition("=")
        inventory.group(group).variables[name.strip()] = _unquoted(value.strip())
        return bool(separator)
    if part == "children":
        inventory.group(group).children.append(words[0])
        return len(words) == 1
    pattern, *pairs = words
    if not all("=" in pair for pair in pairs) or "=" in pattern:
        return False
    variables = dict(pair.split("=", 1) for pair in pairs)
    host, _, port = pattern.rpartition(":")
    if host and port.isdigit() and ":" not in host:
        pattern, variables = host, {"ansible_port": port, **variables}
    names = expanded(pattern)
    for name in names:
        inventory.sources.setdefault(name, f"line {number}")
        inventory.group(group).hosts.setdefault(name, {}).update(variables)
    return bool(names)


def _unquoted(text: str) -> str:
    """Take off one pair of quotes; what is inside may have its own."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


_ODD = Words("看不懂这一行，已跳过：{line}", "This line was not understood: {line}")
