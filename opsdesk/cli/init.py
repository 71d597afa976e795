"""`opsdesk init`: what a desk needs before it can be served; never overwrites."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import config_path, fail, settings_or_exit
from opsdesk.core.language import say
from opsdesk.core.vault import Vault


@click.command(
    help=told(
        "生成 config.yaml（已有则不动）、数据目录、密钥和数据库；可重复运行。",
        "Make config.yaml (left alone where it exists), the data folder, its keys and "
        "the database. Safe to repeat.",
    )
)
@click.pass_context
def init(ctx: click.Context) -> None:
    """Make everything that is missing."""
    path = config_path(ctx)
    made = write_template(path)
    click.echo(
        say(
            f"{'已生成' if made else '沿用'} {path}",
            f"{'Wrote' if made else 'Kept'} {path}",
            spoken(),
        )
    )
    settings = settings_or_exit(ctx)
    from opsdesk.cli import first_start  # noqa: PLC0415 - loads the database

    first_start.ready(settings)
    Vault(settings.desk.data, os.environ).make_key()
    click.echo(
        say(
            f"数据目录 {settings.desk.data} 就绪。接下来:opsdesk serve(首次会显示第一个账号),"
            "opsdesk doctor(自检)。",
            f"The data folder {settings.desk.data} is ready. Next: `opsdesk serve` "
            "(shows the first account once), `opsdesk doctor` (checks everything).",
            spoken(),
        )
    )


def template() -> str:
    """Return the configuration a new desk begins with."""
    return files("opsdesk.cli").joinpath("config.yaml").read_text(encoding="utf-8")


def write_template(path: Path) -> bool:
    """Write the template where there is no configuration; True: it was written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        return False
    except OSError as error:
        fail(
            f"写不了 {path}：{error.strerror}。什么都没有改动；请换个目录或检查权限。",
            f"{path} cannot be written: {error.strerror}. Nothing was changed; use "
            "another folder or check its mode.",
        )
    return True
