"""The group itself: which command lives where, and the options all of them share."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from opsdesk.core.errors import Refused
from opsdesk.core.language import RefusedInWords, asked_for, pick, say
from opsdesk.core.text import printable
from probes.finding import Words

DESKS_LANGUAGE = "opsdesk.language"
"""Where a command remembers the desk's language, in the context's meta."""

OUTAGE_STATUS = {"inspect": 2}
"""Exit status where a database or store is away: else 1, which is "findings" there."""

HELP_LANGUAGE = asked_for(os.environ) or "en"
"""Help texts are chosen when a command is imported, before any configuration."""

COMMANDS = {
    "init": (
        "opsdesk.cli.init:init",
        Words(
            "建立数据目录、密钥、数据库和 config.yaml",
            "Make the data folder, its keys, the database and config.yaml",
        ),
    ),
    "serve": (
        "opsdesk.cli.serve:serve",
        Words(
            "启动网页和一日三次的巡检",
            "Serve the desk and do the rounds three times a day",
        ),
    ),
    "inspect": (
        "opsdesk.cli.inspect:inspect",
        Words(
            "立即巡检，显示进度和结果", "Inspect servers now and show what was found"
        ),
    ),
    "hosts": (
        "opsdesk.cli.hosts:hosts",
        Words(
            "列出、检查、导入服务器，固定主机密钥",
            "List, check and import servers, and pin their host keys",
        ),
    ),
    "secret": (
        "opsdesk.cli.secret:secret",
        Words(
            "把口令加密保存，供 config.yaml 引用",
            "Keep passwords encrypted, for config.yaml to refer to",
        ),
    ),
    "user": (
        "opsdesk.cli.user:user",
        Words("管理登录账号", "Manage the accounts that may sign in"),
    ),
    "report": (
        "opsdesk.cli.report:report",
        Words(
            "出具日常巡检记录和运维月报（PDF、DOCX）",
            "Print the daily record and the monthly report (PDF, DOCX)",
        ),
    ),
    "archive": (
        "opsdesk.cli.archive:archive",
        Words("归档文件、核验档案库", "Archive files, verify the archive"),
    ),
    "plans": (
        "opsdesk.cli.plans:plans",
        Words("检查、列出、查看应急预案", "Check, list and show the emergency plans"),
    ),
    "replay": (
        "opsdesk.cli.replay:replay",
        Words(
            "用留存的原始记录重新读取和判断",
            "Read and judge kept transcripts again",
        ),
    ),
    "clock": (
        "opsdesk.cli.clock:clock",
        Words("解释时限是怎么算的", "Explain why a deadline is what it is"),
    ),
    "audit": (
        "opsdesk.cli.audit:audit",
        Words("核验审计链", "Verify the audit chain"),
    ),
    "db": (
        "opsdesk.cli.db:db",
        Words("查看和升级数据库结构", "Show and upgrade the database's schema"),
    ),
    "doctor": (
        "opsdesk.cli.doctor:doctor",
        Words(
            "自检：哪里不对、怎么办",
            "Check this installation and say what to do",
        ),
    ),
    "demo": (
        "opsdesk.cli.demo:demo",
        Words(
            "在另一个目录里生成演示数据",
            "Fill a separate folder with demonstration data",
        ),
    ),
}
"""Name -> where it is written and its line in `opsdesk --help`, in that order."""


def told(zh: str, en: str) -> str:
    """Return a help text in the terminal's language."""
    return say(zh, en, HELP_LANGUAGE)


def spoken(desks: str = "") -> str:
    """Return the language of everything a command says to its terminal.

    The terminal's, where it asks for one of ours; else the desk's, as far as the
    configuration was read (`desks`: where it has mistakes); else English.
    """
    asked = asked_for(os.environ)
    if asked is not None:
        return asked
    context = click.get_current_context(silent=True)
    known = context.find_root().meta.get(DESKS_LANGUAGE) if context else None
    return desks or known or "en"


CONFIG_HELP = told(
    "配置文件；默认 config.yaml，或环境变量 OPSDESK_CONFIG。",
    "The configuration; default config.yaml, or OPSDESK_CONFIG.",
)


class OpsdeskGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        place = COMMANDS.get(name)
        if place is None:
            return None
        module, _, attribute = place[0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{place[0]} is not a command")
        accept_config(command)
        return command

    def format_commands(
        self, _ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        rows = [
            (name, pick(words, HELP_LANGUAGE)) for name, (_, words) in COMMANDS.items()
        ]
        with formatter.section(told("命令", "Commands")):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a refusal is a sentence and exit status 2, not a trace."""
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            click.echo(printable(sentence(refusal)), err=True)
            ctx.exit(2)
        except Exception as trouble:
            words = outage(trouble)
            if words is None:
                raise
            click.echo(printable(pick(words, spoken())), err=True)
            ctx.exit(OUTAGE_STATUS.get(ctx.invoked_subcommand or "", 1))


def accept_config(command: click.Command) -> None:
    """Let a command, and every command below it, take --config as well."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            accept_config(below)
    if not any(parameter.name == "config" for parameter in command.params):
        command.params.append(_config_option())


def outage(trouble: Exception) -> Words | None:
    """Return what to say of a database or a store that is away; None for a bug.

    Whoever raised it has loaded its module; --help has not, and stays light.
    """
    database = sys.modules.get("sqlalchemy.exc")
    if database is not None and isinstance(
        trouble, (database.OperationalError, database.InterfaceError)
    ):
        return _DATABASE_AWAY.fill(why=getattr(trouble, "orig", trouble))
    audit = sys.modules.get("opsdesk.core.audit")
    if audit is not None and isinstance(trouble, audit.NoAuditKey):
        return Words(f"{trouble.words.zh}。", f"{trouble.words.en}.")
    files = sys.modules.get("opsdesk.core.files")
    if files is not None and isinstance(trouble, (files.Unwritable, files.Damaged)):
        kept: Words = trouble.words
        return kept
    return None


_DATABASE_AWAY = Words(
    "数据库不能使用（{why}）。没有完成的改动都没有保存，已有数据不受影响。"
    "请检查数据库是否在运行、database.url 是否正确，然后重试。",
    "The database cannot be used ({why}). Nothing half-done was saved, and what is "
    "there is safe. Check that the database runs and that database.url is right, then "
    "try again.",
)


def sentence(refusal: Refused) -> str:
    """Return what a refusal says, in the terminal's language where it is known."""
    if isinstance(refusal, RefusedInWords):
        return pick(refusal.words, spoken())
    if spoken().startswith("zh"):
        return str(refusal)
    return _english(refusal)


def _english(refusal: Refused) -> str:
    """Return a refusal's sentence from the catalogue that the pages are read from."""
    import gettext  # noqa: PLC0415 - only once something was refused

    folder = Path(__file__).parents[1] / "translations"
    english = gettext.translation("messages", folder, ["en"], fallback=True)
    said = english.gettext(refusal.sentence)
    return said % refusal.values if refusal.values else said


def _config_option() -> click.Option:
    return click.Option(
        ["--config"],
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        expose_value=False,
        callback=_remember_config,
        help=CONFIG_HELP,
    )


def _remember_config(
    ctx: click.Context, _option: click.Parameter, path: Path | None
) -> None:
    if path is not None:
        ctx.find_root().meta["opsdesk.config"] = path


@click.group(
    cls=OpsdeskGroup,
    help=told(
        "运维台：一日三巡检服务器，留存证据，出具签字的日常巡检记录。",
        "An operations desk: inspects servers three times a day, keeps the evidence "
        "and prints the signed daily record.",
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[_config_option()],
)
@click.version_option(package_name="opsdesk", prog_name="opsdesk")
def main() -> None:
    """Hold the commands; each lives in its own module."""
