"""`opsdesk inspect`: a round now, with live progress, a table, and JSON on request."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from opsdesk.cli.group import told
from opsdesk.cli.session import fail, settings_or_exit

if TYPE_CHECKING:
    from opsdesk.core.settings import Settings
    from probes.server import Server

BAD_USAGE = 2
SLOTS = ("morning", "noon", "evening", "adhoc")


@click.command(
    help=told(
        "立即巡检。不写目标则巡检全部服务器；目标可写服务器名、kind:类别、zone:区域。\n\n"
        "退出状态：0 全部正常；1 有发现；3 有服务器没有完整应答；2 用法或配置有误。",
        "Inspect servers now. Without targets: all of them. A target is a server's "
        "name, kind:KIND or zone:ZONE.\n\n"
        "Exit status: 0 all normal; 1 findings; 3 some server gave no full answer; "
        "2 bad usage or configuration.",
    )
)
@click.argument("targets", nargs=-1, metavar="[NAME|kind:K|zone:Z]…")
@click.option(
    "--slot",
    type=click.Choice(SLOTS),
    default="adhoc",
    show_default=True,
    help=told("记入当天哪一次巡检", "Which of today's rounds this one counts as"),
)
@click.option(
    "--json",
    "json_to",
    metavar="FILE|-",
    help=told("把结果写成 JSON；- 为标准输出", "Write the result as JSON; - is stdout"),
)
@click.option(
    "--weekly",
    is_flag=True,
    help=told("同时做每周一次的检查", "Also ask the questions of the week"),
)
@click.option(
    "--quiet", is_flag=True, help=told("不显示进度和表格", "No progress and no table")
)
@click.pass_context
def inspect(
    ctx: click.Context,
    targets: tuple[str, ...],
    slot: str,
    json_to: str | None,
    weekly: bool,  # noqa: FBT001 - a click flag
    quiet: bool,  # noqa: FBT001
) -> None:
    """Inspect now; see the help text."""
    with loading():
        settings = settings_or_exit(ctx)
        servers = chosen(settings, targets)
        if json_to is not None:
            see_that_it_can_be_written(json_to)
        from opsdesk.cli import inspect_round as live  # noqa: PLC0415 - loads the database

    result = live.perform(
        settings,
        servers,
        slot=slot,
        weekly=weekly,
        show=not quiet and json_to != "-",
        facts=json_to is not None,
    )
    if json_to is not None:
        write(json_to, live.as_json(result), result.round.number)
    ctx.exit(live.status(result))


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without looking for garbage among them, then or later.

    It is an eighth of what starting costs, and most of each later look.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def chosen(settings: Settings, targets: Sequence[str]) -> list[Server]:
    """Return the servers that the targets name, in the configuration's order."""
    known = {
        *(server.name for server in settings.servers),
        *(f"kind:{server.kind.value}" for server in settings.servers),
        *(f"zone:{server.zone}" for server in settings.servers),
    }
    unknown = [target for target in targets if target not in known]
    if unknown:
        names = ", ".join(unknown)
        fail(
            f"config.yaml 里没有：{names}。没有巡检任何服务器。用 opsdesk hosts list 查看名称。",
            f"Not in config.yaml: {names}. Nothing was inspected. "
            "See the names with: opsdesk hosts list",
            status=BAD_USAGE,
        )
    wanted = set(targets)
    return [
        server
        for server in settings.servers
        if not wanted
        or {server.name, f"kind:{server.kind.value}", f"zone:{server.zone}"} & wanted
    ]


def see_that_it_can_be_written(target: str) -> None:
    """Refuse before the round what would only fail after it."""
    path = Path(target)
    if target == "-" or (
        not path.is_dir() and os.access(path if path.exists() else path.parent, os.W_OK)
    ):
        return
    fail(
        f"不能写 {target}：目录不存在、没有权限，或它本身是目录。没有巡检任何服务器。"
        "请换一个文件，或用 --json -。",
        f"{target} cannot be written: its folder is missing or closed to you, or it is "
        "a folder itself. Nothing was inspected. Name another file, or use --json -.",
        status=BAD_USAGE,
    )


def write(target: str, text: str, number: str) -> None:
    """Write JSON to a file or to standard output."""
    if target == "-":
        sys.stdout.write(text + "\n")
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        fail(
            f"不能写 {target}（{error.strerror}）。巡检 {number} 已完成，结果都已保存。",
            f"{target} cannot be written ({error.strerror}). Round {number} is done and "
            "all of it is kept.",
            status=BAD_USAGE,
        )
