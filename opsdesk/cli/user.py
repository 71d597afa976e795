"""`opsdesk user`: accounts, from the machine's own console."""

from __future__ import annotations

from collections.abc import Callable

import click
from sqlalchemy.orm import Session

from opsdesk.cli.group import spoken, told
from opsdesk.cli.opened import console_user, opened
from opsdesk.cli.session import console
from opsdesk.core import clock
from opsdesk.core.language import pick, say
from opsdesk.people import factor_reset, operations
from opsdesk.people.models import Person, Role
from opsdesk.people.queries import Account, accounts
from probes.finding import Words

ROLES = click.Choice([role.value for role in Role])

ROLE_WORDS = {
    Role.ENGINEER: Words("运维工程师", "engineer"),
    Role.LEAD: Words("运维负责人", "lead"),
    Role.CUSTOMER: Words("甲方代表", "customer"),
    Role.SYSTEM: Words("系统管理员", "system administrator"),
    Role.SECURITY: Words("安全管理员", "security administrator"),
    Role.AUDIT: Words("审计管理员", "audit administrator"),
}


@click.group(
    help=told(
        "管理登录账号。一次性密码只显示一次，首次登录必须修改；密码从不作为参数传入。",
        "Manage accounts. A one-time password is shown once and must be changed at "
        "the first sign-in; no password is ever an argument.",
    )
)
def user() -> None:
    """Hold the commands about accounts."""


@user.command(help=told("新建账号，显示一次性密码", "Make an account"))
@click.argument("username")
@click.option("--role", type=ROLES, required=True, help=told("角色", "the role"))
@click.option("--name", default="", help=told("姓名", "the person's name"))
@click.pass_context
def add(ctx: click.Context, username: str, role: str, name: str) -> None:
    """Make an account and print its one-time password."""
    desk = opened(ctx)
    with desk.database.unit() as session:
        password = operations.add(
            session,
            username=username,
            name=name or username,
            role=Role(role),
            by=console_user(),
            at=clock.now(),
        )
    _show_once(username, password)


@user.command("list", help=told("列出账号", "List the accounts"))
@click.pass_context
def list_(ctx: click.Context) -> None:
    """Print one line per account."""
    from rich.table import Table  # noqa: PLC0415 - only to print

    desk = opened(ctx)
    with desk.database.reading() as session:
        rows = accounts(session)
    table = Table(
        *(
            say(zh, en, spoken())
            for zh, en in (
                ("用户名", "user"),
                ("姓名", "name"),
                ("角色", "role"),
                ("状态", "state"),
                ("上次登录", "last sign-in"),
            )
        ),
        box=None,
    )
    zone = desk.settings.desk.timezone
    for row in rows:
        last = row.last_sign_in
        table.add_row(
            row.username,
            row.name,
            pick(ROLE_WORDS[row.role], spoken()),
            pick(_state(row), spoken()),
            f"{last.astimezone(zone):%Y-%m-%d %H:%M}" if last else "-",
        )
    console().print(table)


@user.command(help=told("停用账号，结束其登录", "Disable an account"))
@click.argument("username")
@click.pass_context
def disable(ctx: click.Context, username: str) -> None:
    """End an account and its sessions."""
    _change(
        ctx,
        username,
        lambda session, person: operations.disable(
            session, person, by=console_user(), at=clock.now()
        ),
    )
    _say("账号 {name} 已停用。", "The account {name} is disabled.", username)


@user.command(help=told("重新启用账号", "Enable an account again"))
@click.argument("username")
@click.pass_context
def enable(ctx: click.Context, username: str) -> None:
    """Open an account again."""
    _change(
        ctx,
        username,
        lambda session, person: operations.enable(
            session, person, by=console_user(), at=clock.now()
        ),
    )
    _say("账号 {name} 已启用。", "The account {name} is enabled.", username)


@user.command(
    help=told("解锁并给新的一次性密码", "Unlock, with a new one-time password")
)
@click.argument("username")
@click.pass_context
def reset(ctx: click.Context, username: str) -> None:
    """Give a new one-time password."""
    desk = opened(ctx)
    with desk.database.unit() as session:
        person = operations.person_named(session, username)
        password = operations.reset_password(
            session, person, by=console_user(), at=clock.now()
        )
    _show_once(username, password)


@user.command(help=told("改角色", "Give another role"))
@click.argument("username")
@click.argument("role", type=ROLES)
@click.pass_context
def role(ctx: click.Context, username: str, role: str) -> None:
    """Set the one role an account has."""
    _change(
        ctx,
        username,
        lambda session, person: operations.set_role(
            session, person, Role(role), by=console_user(), at=clock.now()
        ),
    )
    _say("账号 {name} 的角色已改。", "The account {name} has its new role.", username)


@user.command(
    "forget-device",
    help=told("动态码设备丢失：解除绑定", "Take a lost second factor away"),
)
@click.argument("username")
@click.pass_context
def forget_device(ctx: click.Context, username: str) -> None:
    """Take away the second factor of a lost device."""
    _change(
        ctx,
        username,
        lambda session, person: factor_reset.forget(
            session, person, by=console_user(), at=clock.now()
        ),
    )
    _say(
        "账号 {name} 的动态码已解除绑定。",
        "The second factor of {name} is taken away.",
        username,
    )


def _change(
    ctx: click.Context, username: str, change: Callable[[Session, Person], None]
) -> None:
    desk = opened(ctx)
    with desk.database.unit() as session:
        change(session, operations.person_named(session, username))


def _state(row: Account) -> Words:
    if row.waiting:
        return Words("等待确认", "awaits confirmation")
    if row.disabled_at is not None:
        return Words("已停用", "disabled")
    if row.is_locked(clock.now()):
        return Words("已锁定", "locked")
    if row.must_change:
        return Words("待改密码", "password to be changed")
    return Words("可用", "active")


def _show_once(username: str, password: str) -> None:
    _say("账号：{name}", "Account: {name}", username)
    # the one place a password is printed, to whoever asked for it at the console
    click.echo(
        say(f"一次性密码：{password}", f"One-time password: {password}", spoken())
    )
    _say(
        "只显示这一次；首次登录必须修改。",
        "It is shown this once and must be changed at the first sign-in.",
        username,
    )


def _say(zh: str, en: str, username: str) -> None:
    click.echo(pick(Words(zh, en).fill(name=username), spoken()))
