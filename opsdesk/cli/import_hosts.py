"""`opsdesk hosts import`: shows what would be added, adds it only when told to."""

from __future__ import annotations

import os
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


def run(
    settings: Settings, file: Path, *, form: str | None, credential: str, write: bool
) -> int:
    """Read, show, and with `write` add; returns the exit status."""
    found = inventory.read(file, form)
    result = plan(found, settings, credential=credential)
    click.echo(rendered(result), nl=False)
    for problem in result.problems:
        line = f"{problem.source}: {pick(problem.words, spoken())}"
        click.echo(f"# {one_line(line)}", err=True)
    _sum_up(result, write=write)
    if not write:
        return 0
    return _write(settings, result, file)


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


def _sum_up(result: Plan, *, write: bool) -> None:
    count, left = len(result.servers), len(result.problems)
    next_step = say(
        "加 --write 写入 config.yaml。",
        "Add --write to put them in config.yaml.",
        spoken(),
    )
    click.echo(
        say(
            f"# 可导入 {count} 台，{left} 处没有照搬。",
            f"# {count} servers can be added, {left} remarks.",
            spoken(),
        )
        + ("" if write or not count else " " + next_step),
        err=True,
    )


def _write(settings: Settings, result: Plan, file: Path) -> int:
    if not result.servers:
        return 1
    text = old = editing.text_of(settings.path)
    if result.credentials:
        text = editing.appended(text, "credentials", result.credentials)
    text = editing.appended(text, "servers", result.servers)
    try:
        editing.replace_if_it_loads(settings.path, old, text, environ=os.environ)
    except BadSettings as bad:
        list_mistakes(bad, settings.path)
        return 2
    names = [str(body["name"]) for body in result.servers]
    note(settings, "hosts.imported", one_line(file.name)[:200], {"servers": names})
    click.echo(
        say(
            f"已写入 {settings.path}。接下来逐台固定主机密钥:opsdesk hosts trust 名称",
            f"Added to {settings.path}. Next, pin the host keys: opsdesk hosts trust NAME",
            spoken(),
        ),
        err=True,
    )
    return 0
