"""`opsdesk hosts import`: shows what would be added, adds it only when told to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import yaml

from opsdesk.cli.group import spoken
from opsdesk.cli.noted import note
from opsdesk.cli.session import list_mistakes
from opsdesk.core import inventory
from opsdesk.core.inventory.plan import Plan, plan
from opsdesk.core.language import pick, say
from opsdesk.core.settings import BadSettings, Settings, editing
from opsdesk.core.text import one_line

SOME_LEFT_OUT, REFUSED = 1, 2
"""Exit statuses; 0: every row is taken over."""


def run(
    settings: Settings, file: Path, *, form: str | None, credential: str, write: bool
) -> int:
    """Read, show, and with `write` add; returns the exit status."""
    found = inventory.read(file, form)
    result = plan(found, settings, credential=credential)
    click.echo(rendered(result), nl=False)
    for line in rows(result):
        click.echo(one_line(f"# {line}"), err=True)
    status = _write(settings, result, file) if write and result.servers else 0
    if status == REFUSED:
        return status
    _sum_up(result, settings, written=write)
    whole = bool(result.servers) and not any(one.whole for one in result.problems)
    return 0 if whole else SOME_LEFT_OUT


def rows(result: Plan) -> Iterator[str]:
    """Yield what became of every row: taken over (+), left out (-), and remarks (!)."""
    for body in result.servers:
        entry = result.entries[body["name"]]
        renamed = say(
            f"（原名“{entry.written}”，已改名）",
            f" (renamed; written “{entry.written}”)",
            spoken(),
        )
        yield f"+ {entry.source}: {entry.name}{renamed if entry.written else ''}"
    for problem in result.problems:
        mark = "-" if problem.whole else "!"
        yield f"{mark} {problem.source}: {pick(problem.words, spoken())}"


def rendered(result: Plan) -> str:
    """Return what would be added, as YAML."""
    parts: dict[str, Any] = {}
    if result.credentials:
        parts["credentials"] = result.credentials
    if result.servers:
        parts["servers"] = result.servers
    if not parts:
        return ""
    return yaml.safe_dump(
        parts,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=10_000,
    )


def _sum_up(result: Plan, settings: Settings, *, written: bool) -> None:
    count, left = len(result.servers), sum(one.whole for one in result.problems)
    click.echo(
        say(
            f"# {'已' if written else '可'}导入 {count} 台，没有导入 {left} 行。",
            f"# {count} {'added' if written else 'can be added'}, {left} left out.",
            spoken(),
        )
        + (_next_step(settings, written=written) if count else ""),
        err=True,
    )


def _next_step(settings: Settings, *, written: bool) -> str:
    if not written:
        return say(
            "加 --write 写入 config.yaml。",
            " Add --write to put them in config.yaml.",
            spoken(),
        )
    return say(
        f"已写入 {settings.path}。接下来逐台固定主机密钥：opsdesk hosts trust 名称",
        f" They are in {settings.path}. Next, pin the host keys: opsdesk hosts trust NAME",
        spoken(),
    )


def _write(settings: Settings, result: Plan, file: Path) -> int:
    text = old = editing.text_of(settings.path)
    if result.credentials:
        text = editing.appended(text, "credentials", result.credentials)
    text = editing.appended(text, "servers", result.servers)
    try:
        editing.replace_if_it_loads(settings.path, old, text, environ=os.environ)
    except BadSettings as bad:
        list_mistakes(bad, settings.path)
        return REFUSED
    names = [str(body["name"]) for body in result.servers]
    note(settings, "hosts.imported", one_line(file.name)[:200], {"servers": names})
    return 0
