"""`opsdesk hosts`: the servers of config.yaml, and ways to get more of them into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import console, fail, settings_or_exit
from opsdesk.core.language import pick, say
from opsdesk.core.settings import Settings
from opsdesk.core.text import one_line
from probes.server import Server, Transport

FORMATS = ("ansible-ini", "ansible-yaml", "csv", "xlsx", "ssh-config")
WIRED = frozenset({Transport.SSH, Transport.OPENSSH})


@click.group(
    help=told(
        "列出、检查、导入服务器，核对并固定主机密钥。",
        "List, check and import servers, and pin their host keys.",
    )
)
def hosts() -> None:
    """Hold the commands about servers."""


@hosts.command("list", help=told("列出服务器", "List the servers"))
@click.pass_context
def list_(ctx: click.Context) -> None:
    """Print a table of the servers."""
    from rich.table import Table  # noqa: PLC0415 - --help must stay light

    settings = settings_or_exit(ctx)
    table = Table(box=None, pad_edge=False)
    heads = (
        "名称 类别 区域 地址 方式 跳板 主机密钥",
        "Name Kind Zone Address By Via Key",
    )
    for head in say(*heads, spoken()).split():
        table.add_column(head, overflow="fold")
    for server in settings.servers:
        table.add_row(
            server.name,
            pick(server.kind.words, spoken()),
            server.zone,
            _address(server),
            server.transport.value,
            " → ".join(hop.name for hop in server.via),
            _pin(server),
        )
    console().print(table)


@hosts.command(
    help=told(
        "逐台检查能否连上、主机密钥是否与固定的一致（不登录）；有问题时退出码 1",
        "See of each server whether it answers and shows the pinned key, without "
        "signing in; exit status 1 if one does not",
    )
)
@click.argument("names", nargs=-1)
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Look at every server's door."""
    from opsdesk.cli import host_keys  # noqa: PLC0415 - loads the wire

    settings = settings_or_exit(ctx)
    good = True
    for server, look in host_keys.look_at_all(list(_chosen(settings, names)), settings):
        good = good and look.good
        mark = "✓" if look.good else "✗"
        click.echo(f"{mark} {server.name}  {one_line(pick(look.words, spoken()))}")
    ctx.exit(0 if good else 1)


@hosts.command(
    help=told(
        "显示服务器的主机密钥指纹。与控制台上的指纹核对后，用 --yes 固定，"
        "或直接给出 --fingerprint 让程序核对。",
        "Show the fingerprint of a server's host key. Compare it with the machine's "
        "own console, then pin it with --yes, or give --fingerprint to have it "
        "compared.",
    )
)
@click.argument("name")
@click.option("--yes", is_flag=True, help=told("固定所见的密钥", "pin the key seen"))
@click.option(
    "--fingerprint",
    metavar="SHA256:…",
    default="",
    help=told(
        "仅当指纹一致时固定；换密钥时必须用它",
        "pin only if it is this one; needed where another key is pinned",
    ),
)
@click.pass_context
def trust(ctx: click.Context, name: str, yes: bool, fingerprint: str) -> None:  # noqa: FBT001 - a flag
    """Show a host key, and pin it when told to."""
    from opsdesk.cli import host_keys  # noqa: PLC0415 - loads the wire

    settings = settings_or_exit(ctx)
    (server,) = _chosen(settings, (name,))
    if server.transport not in WIRED:
        fail(
            f"{name} 不走 SSH，没有主机密钥。",
            f"{name} is not reached by SSH and has no host key.",
        )
    ctx.exit(host_keys.trust(settings, server, fingerprint=fingerprint, yes=yes))


@hosts.command(
    "import",
    help=told(
        "读取 Ansible 清单（INI、YAML）、CSV/XLSX 或 ~/.ssh/config，打印可加入 config.yaml 的"
        "内容；加 --write 才写入。口令从不导入。每一行的结果都会说明。\n\n"
        "退出状态：0 全部导入（或可导入）；1 有没有导入的行；2 文件或配置有误，没有改动。",
        "Read an Ansible inventory (INI, YAML), CSV/XLSX or ~/.ssh/config and print "
        "what can be added to config.yaml; it is added with --write. Passwords are "
        "never taken over. What became of every row is told.\n\n"
        "Exit status: 0 every row is taken over (or can be); 1 some row was left out; "
        "2 the file or the configuration is wrong, and nothing was changed.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help=told("省略则按文件名判断", "guessed by the file's name if left out"),
)
@click.option(
    "--credential",
    default="",
    help=told("没有账号或私钥的服务器用这个凭据", "for servers without account or key"),
)
@click.option("--write", is_flag=True, help=told("写入 config.yaml", "add it now"))
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    form: str | None,
    credential: str,
    write: bool,  # noqa: FBT001 - a flag
) -> None:
    """Read another tool's list of servers."""
    from opsdesk.cli import import_hosts  # noqa: PLC0415 - loads the readers

    settings = settings_or_exit(ctx)
    if credential and credential not in settings.credentials:
        fail(
            f"credentials 中没有 {credential}。",
            f"There is no credential {credential} in the configuration.",
        )
    status = import_hosts.run(
        settings, file, form=form, credential=credential, write=write
    )
    ctx.exit(status)


def _chosen(settings: Settings, names: Sequence[str]) -> Iterator[Server]:
    if not names:
        yield from settings.servers
    for name in names:
        server = settings.server(name)
        if server is None:
            known = ", ".join(one.name for one in settings.servers[:20])
            fail(
                f"没有名为 {name} 的服务器。已有：{known}",
                f"There is no server named {name}. There are: {known}",
            )
        yield server


def _address(server: Server) -> str:
    host = f"[{server.address}]" if ":" in server.address else server.address
    return f"{host}:{server.port}" if server.transport in WIRED else host


def _pin(server: Server) -> str:
    if server.transport not in WIRED:
        return "–"
    return say("已固定", "pinned", spoken()) if server.host_keys else "✗"
