"""`opsdesk demo`: a separate folder of made-up data, to look before connecting."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import fail
from opsdesk.core.language import say


@click.command(
    help=told(
        "在另一个目录里生成演示数据：合同的 29 台设备和一个月的巡检，每页都标“演示”。\n\n"
        "之后用 opsdesk serve --config 目录/config.yaml 查看。演示台不会连接任何设备。",
        "Fill a separate folder with demonstration data: the contract's 29 devices and a "
        "month of rounds, marked 演示 (demonstration) on every page.\n\n"
        "Then look at it: opsdesk serve --config DIR/config.yaml. A demonstration desk "
        "connects to nothing.",
    )
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help=told("写到哪个目录（必须是空的）", "The folder to fill; must be empty"),
)
@click.option(
    "--days",
    type=click.IntRange(1, 92),
    help=told(
        "多少天的历史（默认从上月 1 日起）",
        "How many days of history (default: since the first of last month)",
    ),
)
def demo(data: Path, days: int | None) -> None:
    """Fill a folder; see the help text."""
    if data.exists() and any(data.iterdir()):
        fail(
            f"目录 {data} 不是空的，没有写入任何内容。请换一个目录：opsdesk demo --data 目录",
            f"The folder {data} is not empty; nothing was written. Name another: "
            "opsdesk demo --data DIR",
        )
    from opsdesk.cli.first_start import ready  # noqa: PLC0415 - loads the database
    from opsdesk.core import clock, settings  # noqa: PLC0415
    from opsdesk.core.desk import DEMO, open_desk  # noqa: PLC0415
    from opsdesk.flows.demo.fill import days_to_show, fill  # noqa: PLC0415
    from opsdesk.flows.demo.fleet import config  # noqa: PLC0415

    data.mkdir(parents=True, exist_ok=True)
    path = data / "config.yaml"
    path.write_text(config(), encoding="utf-8")
    (data / DEMO).write_text("演示 demonstration\n", encoding="utf-8")
    found = settings.load(path, environ={})
    ready(found)
    at = clock.now()
    days = days or days_to_show(at, found.desk.timezone)
    password = fill(open_desk(found), at=at, days=days, told=_progress)
    click.echo("", err=True)
    click.echo(
        say(
            f"演示数据已写入 {data}。查看：opsdesk serve --config {path}\n"
            f"账号 lead，一次性口令 {password}（首次登录后修改）",
            f"The demonstration is in {data}. Look at it: opsdesk serve --config {path}\n"
            f"Account lead, one-time password {password} (changed at the first sign-in)",
            spoken(),
        )
    )


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done}/{total}", nl=False, err=True)
