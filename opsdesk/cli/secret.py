"""`opsdesk secret`: passwords for config.yaml to refer to, never on a command line."""

from __future__ import annotations

import os
import re
import sys
from getpass import getpass

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.noted import note
from opsdesk.cli.session import fail, settings_or_exit
from opsdesk.core.language import say
from opsdesk.core.settings import Settings
from opsdesk.core.settings.references import secrets
from opsdesk.core.vault import Vault

_NAME = re.compile(r"[\w.\-]{1,64}")


@click.group(
    help=told(
        "把口令加密保存在数据目录，config.yaml 里只写 secret:名称。"
        "口令从提示或标准输入读取，不接受命令行参数，也从不显示。",
        "Keep passwords encrypted in the data folder; config.yaml only says "
        "secret:NAME. Values are read from a prompt or stdin, never from arguments, "
        "and never shown.",
    )
)
def secret() -> None:
    """Hold the commands about secrets."""


@secret.command(
    "set",
    help=told(
        "保存一个口令。交互时输入两遍；也可:pass show ops | opsdesk secret set ops",
        "Keep a secret. Asks twice on a terminal, or reads stdin: "
        "pass show ops | opsdesk secret set ops",
    ),
)
@click.argument("name")
@click.argument("extra", nargs=-1, metavar="")
@click.pass_context
def set_(ctx: click.Context, name: str, extra: tuple[str, ...]) -> None:
    """Keep a value under a name."""
    if extra:
        fail(
            "口令不能写在命令行上（会留在历史和进程表里），没有保存。请只写名称，再按提示输入。",
            "A secret is never an argument (it stays in the history and the process "
            "table); nothing was kept. Give the name alone and type it when asked.",
        )
    if not _NAME.fullmatch(name):
        fail(
            "名称限 64 个以内的文字、数字、点、下划线和连字符，没有保存。",
            "A name has up to 64 letters, digits, dots, underscores and hyphens; "
            "nothing was kept.",
        )
    settings = settings_or_exit(ctx)
    replaced = _vault(settings).set(name, _value(name))
    note(settings, "secret.replaced" if replaced else "secret.kept", name)
    click.echo(
        say(
            f"已{'替换' if replaced else '保存'}。在 config.yaml 中写 secret:{name}",
            f"{'Replaced' if replaced else 'Kept'}. In config.yaml: secret:{name}",
            spoken(),
        )
    )


@secret.command(
    "list",
    help=told(
        "列出名称、谁在引用、哪些还缺（不显示口令）",
        "List the names, what refers to them and what is missing (never the values)",
    ),
)
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List names and references."""
    settings = settings_or_exit(ctx)
    kept = _vault(settings).names()
    wanted: dict[str, list[str]] = {name: [] for name in kept}
    for place, one in secrets(settings):
        kind, _, name = one.reference.partition(":")
        if kind == "secret":
            wanted.setdefault(name, []).append(place)
    for name in sorted(wanted):
        missing = "" if name in kept else say("(未保存)", " (missing)", spoken())
        places = ", ".join(wanted[name]) or say("(无人引用)", "(not used)", spoken())
        click.echo(f"{name}{missing}\t{places}")
    if not wanted:
        click.echo(say("还没有保存任何口令。", "No secrets are kept yet.", spoken()))


@secret.command(help=told("移除一个口令", "Remove a secret"))
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Remove a secret."""
    settings = settings_or_exit(ctx)
    _vault(settings).remove(name)
    note(settings, "secret.removed", name)
    click.echo(say(f"已移除 {name}。", f"Removed {name}.", spoken()))


@secret.command(
    help=told(
        "换一把新密钥并重新加密全部口令",
        "Make a new key and encrypt every secret with it",
    )
)
@click.pass_context
def rotate(ctx: click.Context) -> None:
    """Encrypt everything with a new key."""
    settings = settings_or_exit(ctx)
    count = _vault(settings).rotate()
    note(settings, "secret.rotated", "secrets", {"count": count})
    click.echo(
        say(
            f"已用新密钥重新加密 {count} 个口令。旧备份仍需旧密钥。",
            f"Encrypted {count} secrets with a new key. Old backups need the old key.",
            spoken(),
        )
    )


def _vault(settings: Settings) -> Vault:
    return Vault(settings.desk.data, os.environ)


def _value(name: str) -> str:
    """Read the value: twice from a terminal, or all of stdin without its line end."""
    if not sys.stdin.isatty():
        return sys.stdin.read().removesuffix("\n").removesuffix("\r")
    first = getpass(say(f"{name} 的口令：", f"Value of {name}: ", spoken()))
    again = getpass(say("再输入一遍：", "Again: ", spoken()))
    if first != again:
        fail("两次输入不一致，没有保存。", "The two differ; nothing was kept.")
    return first
