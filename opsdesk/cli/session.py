"""What every command begins with: the settings, and a terminal that is safe."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from opsdesk.cli.group import DESKS_LANGUAGE, spoken
from opsdesk.core.language import pick, say
from opsdesk.core.text import one_line, printable

if TYPE_CHECKING:
    from rich.console import Console

    from opsdesk.core.settings import BadSettings, Settings


def config_path(ctx: click.Context) -> Path:
    """Return the configuration asked for: --config, OPSDESK_CONFIG or config.yaml."""
    asked = ctx.find_root().meta.get("opsdesk.config")
    if isinstance(asked, Path):
        return asked
    return Path(os.environ.get("OPSDESK_CONFIG") or "config.yaml")


def settings_or_exit(ctx: click.Context) -> Settings:
    """Return the settings, or list every mistake on stderr and exit with status 2."""
    from opsdesk.core import settings  # noqa: PLC0415 - --help must stay light

    try:
        found = settings.load(config_path(ctx), environ=os.environ)
    except settings.BadSettings as bad:
        list_mistakes(bad, config_path(ctx))
        ctx.exit(2)
    ctx.find_root().meta[DESKS_LANGUAGE] = found.desk.language
    return found


def list_mistakes(bad: BadSettings, path: Path) -> None:
    """Print one line per mistake: file, line, path in the file, what to do."""
    language = spoken(bad.language)
    count = len(bad.mistakes)
    click.echo(
        say(
            f"{path} 有 {count} 处错误，什么都没有改动：",
            f"{path}: {count} mistake{'s' * (count > 1)}; nothing was changed.",
            language,
        ),
        err=True,
    )
    for mistake in bad.mistakes:
        where = f"{path}:{mistake.line}" if mistake.line else str(path)
        what = f"{mistake.path}: " if mistake.path else ""
        said = one_line(f"{what}{pick(mistake.words, language)}")
        click.echo(f"  {where}  {said}", err=True)


def console(*, stderr: bool = False) -> Console:
    """Return a terminal. Show what servers say only through `core.text.printable`."""
    from rich.console import Console  # noqa: PLC0415 - --help must stay light

    return Console(
        file=sys.stderr if stderr else sys.stdout, highlight=False, markup=False
    )


def fail(zh: str, en: str, *, status: int = 2) -> NoReturn:
    """Say on stderr what is wrong and what to do, and leave."""
    click.echo(printable(say(zh, en, spoken())), err=True)
    raise SystemExit(status)
