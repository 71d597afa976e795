"""One server as another tool's list describes it, and what could not be taken over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from opsdesk.core.language import RefusedInWords
from probes.finding import Words


class Unusable(RefusedInWords):
    """Nothing of a file can be read; it is not of the format it is taken for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A server to be; "" and None: the list does not say.

    `source` is where it stands there ("row 7", "line 12"), for what is said of it.
    """

    name: str
    source: str
    written: str = ""  # the name there, where it is not the same; "" if it is
    address: str = ""
    kind: str = ""
    zone: str = ""
    port: int | None = None
    user: str = ""
    key_file: str = ""
    credential: str = ""
    via: tuple[str, ...] = ()  # as written: names, or user@host:port
    host_key: str = ""
    local: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not taken over, and where it stands."""

    source: str
    words: Words
    whole: bool = False  # all of the server, not only a part of what is said of it


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


_MOST_BYTES = 8 << 20


def text_of(path: Path) -> str:
    """Return a file's text: UTF-8, else GB18030; refuses what is neither."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Unusable(_UNREADABLE, path=path, why=error.strerror or error) from error
    if len(raw) > _MOST_BYTES or b"\0" in raw:
        raise Unusable(_NOT_TEXT, path=path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unusable(_NOT_TEXT, path=path)


def named(text: str) -> str:
    """Return a text as a server's name: what a name may not hold becomes a hyphen."""
    return re.sub(r"[^\w.\-]+", "-", text.strip()).strip("-.")[:64]


def as_written(text: str) -> str:
    """Return a name as it was written where `named` made another of it, else ""."""
    return "" if named(text) == text.strip() else text.strip()


def jumps(text: str) -> tuple[str, ...]:
    """Return the hosts of `ProxyJump a,b`, outermost first; `none` is none."""
    hops = [hop.strip().removeprefix("ssh://") for hop in text.split(",")]
    return tuple(hop for hop in hops if hop and hop.lower() != "none")


def jump_of_command(command: str) -> tuple[str, ...] | None:
    """Return the host of `ssh … -W %h:%p … HOST`; None: some other command."""
    words = command.replace('"', " ").replace("'", " ").split()
    if not words or not words[0].endswith("ssh") or "-W" not in words:
        return None
    takes_value = {"-i", "-p", "-o", "-l", "-F", "-W"}
    plain, skip, port = [], False, ""
    for before, word in pairwise(words):
        if skip:
            skip = False
            port = word if before == "-p" else port
        elif word in takes_value:
            skip = True
        elif not word.startswith("-"):
            plain.append(word)
    if len(plain) != 1:
        return None
    return (f"{plain[0]}:{port}" if port else plain[0],)


def port_of(text: str, source: str, problems: list[Problem]) -> int | None:
    """Return a port as a number; says so where it is none, and 22 will be used."""
    if text.isascii() and text.isdigit() and 0 < int(text) <= _LAST_PORT:
        return int(text)
    if text:
        problems.append(Problem(source, _BAD_PORT.fill(port=text[:20])))
    return None


_LAST_PORT = 65_535
_BAD_PORT = Words(
    "端口“{port}”不是端口号，按 22 导入。",
    "The port “{port}” is no port number; 22 is used.",
)
_UNREADABLE = Words("{path} 读不了：{why}。", "{path} cannot be read: {why}.")
_NOT_TEXT = Words(
    "{path} 不是文本文件（UTF-8 或 GB18030），或超过 8 MiB。",
    "{path} is not a text file (UTF-8 or GB18030), or is larger than 8 MiB.",
)
