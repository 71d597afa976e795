"""The machine the desk runs on: interpreter, printing, clock, port."""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import sys
from collections.abc import Iterator
from contextlib import closing

from opsdesk.cli.checkup.line import Line, attention, fine, problem, same
from opsdesk.core import clock
from opsdesk.core.settings import Settings
from probes.finding import Words
from reports.fonts import PACKED, everyday, missing

_OLDEST = (3, 11)
_LIBRARIES = ("pango-1.0", "pangoft2-1.0")
_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
_A_MOMENT = 2.0


def python(_settings: Settings) -> Iterator[Line]:
    """Look at the interpreter."""
    what, found = same("Python"), same(platform.python_version())
    if sys.version_info < _OLDEST:
        yield problem(what, found, _NEWER_PYTHON)
    else:
        yield fine(what, found)


def printing(_settings: Settings) -> Iterator[Line]:
    """Look whether the libraries that PDF needs can be loaded."""
    missing = [name for name in _LIBRARIES if not _loads(name)]
    if missing:
        found = _NOT_LOADED.fill(names=", ".join(missing))
        yield problem(_PRINTING, found, _INSTALL_PANGO)
    else:
        yield fine(_PRINTING, same("Pango"))


def fonts(_settings: Settings) -> Iterator[Line]:
    """Look whether the faces that paper is set in came with the program."""
    absent = missing()
    if absent:
        yield problem(_FONTS, _ABSENT.fill(names=", ".join(absent)), _REINSTALL)
    else:
        yield fine(_FONTS, same(len(everyday()) + len(PACKED)))


def wall_clock(settings: Settings) -> Iterator[Line]:
    """Look whether the clock is kept, and is not behind what was written already."""
    now = clock.now()
    local = now.astimezone(settings.desk.timezone)
    found = same(f"{local:%Y-%m-%d %H:%M} {settings.desk.timezone.key}")
    newest = _newest_write(settings)
    if newest is not None and newest > now.timestamp() + 60:
        yield problem(_CLOCK, found, _CLOCK_BEHIND)
    elif _synchronised() is False:
        yield attention(_CLOCK, found, _CLOCK_FREE)
    else:
        yield fine(_CLOCK, found)


def listening(settings: Settings) -> Iterator[Line]:
    """Look whether the desk's port is free, or a desk answers there already."""
    host, port = settings.desk.listen_host, settings.desk.listen_port
    what = _PORT.fill(host=host, port=port)
    if _answers(host, port):
        yield fine(what, _IN_USE)
        return
    trouble = _cannot_bind(host, port)
    if trouble:
        yield problem(what, same(trouble), _OTHER_PORT)
    elif host not in {"127.0.0.1", "::1", "localhost"}:
        yield attention(what, _OPEN, _BEHIND_PROXY)
    else:
        yield fine(what, _FREE)


def _loads(name: str) -> bool:
    for pattern in ("lib{}.so.0", "lib{}.dylib", "lib{}-0.dll"):
        try:
            ctypes.CDLL(pattern.format(name))
        except OSError:
            continue
        return True
    return False


def _newest_write(settings: Settings) -> float | None:
    try:
        return (settings.desk.data / "opsdesk.sqlite3").stat().st_mtime
    except OSError:
        return None


def _synchronised() -> bool | None:
    """Say whether the kernel thinks the clock is kept; None: it cannot be asked."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else bool(state != _UNSYNCHRONISED)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _answers(host: str, port: int) -> bool:
    with closing(socket.socket(_family(host))) as sock:
        sock.settimeout(_A_MOMENT)
        try:
            return sock.connect_ex((host, port)) == 0
        except OSError:
            return False


def _cannot_bind(host: str, port: int) -> str:
    with closing(socket.socket(_family(host))) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            return error.strerror or os.strerror(error.errno or 0)
    return ""


_NEWER_PYTHON = Words(
    "请安装 Python 3.11 或更高版本。", "Install Python 3.11 or newer."
)
_PRINTING = Words("PDF 排版库", "Libraries for PDF")
_NOT_LOADED = Words("装不上：{names}", "cannot be loaded: {names}")
_INSTALL_PANGO = Words(
    "请安装 libpango-1.0-0 libpangoft2-1.0-0(Debian);在此之前不能出具 PDF。",
    "Install libpango-1.0-0 libpangoft2-1.0-0 (Debian); without them no PDF is made.",
)
_FONTS = Words("随附字体", "Fonts")
_ABSENT = Words("缺少：{names}", "missing: {names}")
_REINSTALL = Words(
    "字体文件不全，请重新安装 opsdesk。",
    "The fonts are incomplete; install opsdesk again.",
)
_CLOCK = Words("系统时钟", "Clock")
_CLOCK_BEHIND = Words(
    "时钟比已写入的数据还早，请先校时再巡检。",
    "The clock is behind what was written already; set it before any round.",
)
_CLOCK_FREE = Words(
    "内核认为时钟未同步，请启用 chrony 或 systemd-timesyncd。",
    "The kernel says the clock is not kept; enable chrony or systemd-timesyncd.",
)
_PORT = Words("监听 {host}:{port}", "Listening on {host}:{port}")
_IN_USE = Words("已有服务在应答（运维台正在运行?）", "something answers (a desk?)")
_FREE = Words("端口空闲", "free")
_OPEN = Words("对其他机器开放", "open to other machines")
_BEHIND_PROXY = Words(
    "请放在 HTTPS 反向代理之后，见 docs/configuration.md。",
    "Put it behind an HTTPS reverse proxy; see docs/configuration.md.",
)
_OTHER_PORT = Words(
    "请在 desk.listen 换一个端口或地址。", "Choose another address in desk.listen."
)
