"""`opsdesk serve`: one web process and one scheduler process, kept alive, ended clean."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess  # noqa: TID251 - the desk's own processes, not commands to servers
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import config_path, fail, settings_or_exit
from opsdesk.core.language import say

if TYPE_CHECKING:
    from opsdesk.core.settings import Settings

THREADS = 16
_TRIES = 5
_WINDOW = 60.0
_GRACE = 20.0
_PDEATHSIG = 1  # of prctl(2)


@click.command(
    help=told(
        "启动网页和调度两个进程。首次启动时建立数据库、第一个账号，并立即巡检一次。",
        "Start the web process and the scheduler process. The first start makes the "
        "database and the first account, and inspects once at once.",
    )
)
@click.option(
    "--no-first-round",
    is_flag=True,
    help=told("首次启动时不立即巡检", "Do not inspect at the first start"),
)
@click.pass_context
def serve(ctx: click.Context, no_first_round: bool) -> None:  # noqa: FBT001 - a flag
    """Serve until SIGTERM or SIGINT; see the help text."""
    settings = settings_or_exit(ctx)
    config = config_path(ctx).resolve()
    _port_is_free(settings)
    from opsdesk.cli import first_start  # noqa: PLC0415 - loads the database

    first_start.prepare(settings, first_round=not no_first_round)
    ctx.exit(supervise(children_of(settings, config)))


def _end_with_parent() -> None:
    """Have Linux end a child whose parent was killed: it would hold the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One process of the desk."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.starts.append(monotonic())
        self.process = subprocess.Popen(  # noqa: S603 - our own two processes
            self.argv,
            env=dict(self.environ),
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - there are no threads
        )

    def fell(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def too_often(self) -> bool:
        recent = [at for at in self.starts if monotonic() - at < _WINDOW]
        return len(recent) >= _TRIES


def children_of(settings: Settings, config: Path) -> list[Child]:
    """Return the desk's two processes, not yet started."""
    environ = {**os.environ, "OPSDESK_CONFIG": str(config)}
    environ.pop("GUNICORN_CMD_ARGS", None)
    web = (
        *(
            sys.executable,
            "-m",
            "gunicorn",
            "--bind",
            settings.desk.listen,
            "--workers",
            "1",
        ),
        *("--worker-class", "gthread", "--threads", str(THREADS)),
        *("--no-control-socket", "--log-level", "warning", "--name", "opsdesk-web"),
        *("--graceful-timeout", "10", "opsdesk.wsgi:create()"),
    )
    scheduler = (sys.executable, "-m", "opsdesk.scheduler", str(config))
    return [
        Child(name="web", argv=web, environ=environ),
        Child(name="scheduler", argv=scheduler, environ=environ),
    ]


def supervise(children: Sequence[Child]) -> int:
    """Keep the children running until a signal; returns the exit status."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: stop.set())
    for child in children:
        child.start()
    given_up = ""
    while not stop.wait(0.5) and not given_up:
        given_up = _revive(children)
    _end(children)
    if not given_up:
        return 0
    click.echo(
        say(
            f"{given_up} 进程反复退出，已停止服务，数据未受影响。"
            "请看上面的日志，或运行 opsdesk doctor。",
            f"The {given_up} process keeps exiting, so the desk has stopped. The data "
            "is intact; read the log above, or run opsdesk doctor.",
            spoken(),
        ),
        err=True,
    )
    return 1


def _revive(children: Sequence[Child]) -> str:
    for child in children:
        if not child.fell():
            continue
        if child.too_often():
            return child.name
        child.start()
    return ""


def _end(children: Sequence[Child]) -> None:
    """Ask every child to end, wait, and only then insist."""
    live = [c.process for c in children if c.process and c.process.poll() is None]
    for process in live:
        process.terminate()
    until = monotonic() + _GRACE
    for process in live:
        try:
            process.wait(max(0.1, until - monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port_is_free(settings: Settings) -> None:
    host, port = settings.desk.listen_host, settings.desk.listen_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            fail(
                f"不能在 {host}:{port} 上监听（{error.strerror}）。没有启动任何进程。"
                "请停掉占用该端口的程序，或修改 config.yaml 的 desk.listen。",
                f"Cannot listen on {host}:{port} ({error.strerror}). Nothing was "
                "started. Stop what holds the port, or change desk.listen in "
                "config.yaml.",
            )
