"""`~/.ssh/config`: every alias that is one host, with the options that reach it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from opsdesk.core.inventory.entry import (
    Entry,
    Found,
    Problem,
    as_written,
    jump_of_command,
    jumps,
    named,
    port_of,
    text_of,
)
from opsdesk.core.inventory.guesses import kind_from
from probes.finding import Words

_LINE = re.compile(r"(\w+)\s*(?:=\s*|\s)\s*(.*)")


@dataclass(slots=True)
class _Block:
    patterns: list[str]
    line: int
    options: dict[str, str] = field(default_factory=dict)

    def covers(self, host: str) -> bool:
        refused = [p[1:] for p in self.patterns if p.startswith("!")]
        wanted = [p for p in self.patterns if not p.startswith("!")]
        if any(fnmatchcase(host, pattern) for pattern in refused):
            return False
        return any(fnmatchcase(host, pattern) for pattern in wanted)


def read(path: Path) -> Found:
    """Return the aliases without wildcards; the first value of an option counts."""
    problems: list[Problem] = []
    blocks = _blocks(text_of(path), problems)
    entries: dict[str, Entry] = {}
    for block in blocks:
        for alias in block.patterns:
            if not re.search(r"[*?!]", alias) and alias not in entries:
                source = f"line {block.line}"
                entries[alias] = _entry(alias, source, blocks, problems)
    return Found(tuple(entries.values()), tuple(problems))


def _blocks(text: str, problems: list[Problem]) -> list[_Block]:
    blocks = [_Block(["*"], 0)]
    for number, raw in enumerate(text.splitlines(), 1):
        found = _LINE.fullmatch(raw.strip())
        if raw.strip().startswith("#") or not found:
            continue
        keyword, value = found[1].lower(), found[2].strip().strip('"')
        if keyword == "host":
            blocks.append(_Block(value.replace('"', " ").split(), number))
        elif keyword in {"match", "include"}:
            words = _NOT_FOLLOWED.fill(keyword=found[1])
            problems.append(Problem(f"line {number}", words))
            if keyword == "match":
                blocks.append(_Block([], number))
        else:
            blocks[-1].options.setdefault(keyword, value)
    return blocks


def _entry(
    alias: str, source: str, blocks: list[_Block], problems: list[Problem]
) -> Entry:
    options: dict[str, str] = {}
    for block in blocks:
        if block.covers(alias):
            options = block.options | options
    return Entry(
        name=named(alias),
        written=as_written(alias),
        source=source,
        address=options.get("hostname", alias).replace("%h", alias),
        kind=kind_from([alias]),
        port=port_of(options.get("port", ""), source, problems),
        user=options.get("user", ""),
        key_file=options.get("identityfile", ""),
        via=_via(alias, options, source, problems),
    )


def _via(
    alias: str, options: dict[str, str], source: str, problems: list[Problem]
) -> tuple[str, ...]:
    if "proxyjump" in options:
        return jumps(options["proxyjump"])
    command = options.get("proxycommand", "none")
    if command == "none":
        return ()
    found = jump_of_command(command)
    if found is None:
        problems.append(Problem(source, _COMMAND.fill(alias=alias)))
    return found or ()


_NOT_FOLLOWED = Words(
    "{keyword} 不处理，其中的选项没有导入。",
    "{keyword} is not followed; its options were not taken over.",
)
_COMMAND = Words(
    "{alias} 的 ProxyCommand 不是 ssh -W，没有导入跳板。",
    "The ProxyCommand of {alias} is not `ssh -W`; no jump host was taken over.",
)
