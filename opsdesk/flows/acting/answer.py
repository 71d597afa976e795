"""What an action is told, what it answers, and how that compares with what was hoped."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from opsdesk.core.settings import Settings
from probes.finding import Words
from probes.server import Server

_NUMBER = re.compile(r"(<=|>=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_LONGEST = 400
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


class Unfit(Exception):
    """An action cannot begin: something it needs is not there or not allowed."""

    def __init__(self, code: str, words: Words) -> None:
        super().__init__(words.en)
        self.code, self.words = code, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an action.

    `done`: it was carried out and answered. `figures` is what `expect` is compared
    with. `certain` is False where it was sent off and its end was not seen. `raw` is
    kept as evidence under its hash.
    """

    done: bool
    words: Words
    figures: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    media_type: str = "text/plain"
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """One action to carry out: where the names lead, its values, and how long."""

    settings: Settings
    arguments: dict[str, str]
    limit: timedelta

    def text(self, name: str, default: str | None = None) -> str:
        """Return an argument; one that is needed and not there is Unfit."""
        value = self.arguments.get(name, "").strip() or default
        if value is None:
            raise Unfit("no-argument", _NO_ARGUMENT.fill(name=name))
        return value

    def server(self) -> Server:
        """Return the server the step names."""
        name = self.text("server")
        found = self.settings.server(name)
        if found is None:
            raise Unfit("not-configured", _NO_SERVER.fill(name=safe(name)))
        return found


def unmet(expect: Mapping[str, str], figures: Mapping[str, str]) -> Iterator[Words]:
    """Yield a sentence for each expectation that the figures do not meet.

    `pass`, `open|refused`, `!= failed`, `<= 500`, `>= 1`; a figure that is not there
    meets none.
    """
    for name, wanted in expect.items():
        got = figures.get(name)
        if got is None or not _meets(got, wanted.strip()):
            shown = "—" if got is None else got
            yield _UNMET.fill(name=name, wanted=safe(wanted), got=safe(shown))


def _meets(got: str, wanted: str) -> bool:
    number = _NUMBER.fullmatch(wanted)
    if number is not None:
        return _compares(got, number[1], float(number[2]))
    if wanted.startswith("!="):
        return got != wanted[2:].strip()
    return _plain(got) in [_plain(one.strip()) for one in wanted.split("|")]


def _plain(text: str) -> str:
    """Return a figure as it is compared: `true` in a file is what we call yes."""
    return {"true": "yes", "false": "no"}.get(text, text)


def _compares(got: str, sign: str, bound: float) -> bool:
    try:
        return _SIGNS[sign](float(got), bound)
    except ValueError:
        return False


def safe(text: str) -> str:
    """Return words from elsewhere as one short line that a template can hold."""
    line = " ".join(text.split())
    shown = "".join(one if one.isprintable() else "?" for one in line)
    return shown.replace("{", "(").replace("}", ")")[:_LONGEST]


_NO_ARGUMENT = Words(
    "没有执行：缺少参数 {name}。请填写后重新执行，或改为人工完成这一步。",
    "Nothing was done: the value {name} is missing. Fill it in and run it again, or do "
    "the step by hand.",
)
_NO_SERVER = Words(
    "没有执行：配置中没有服务器“{name}”。请在 config.yaml 的 servers 中登记，或改为人工完成。",
    "Nothing was done: no server “{name}” is configured. Add it to servers in "
    "config.yaml, or do the step by hand.",
)
_UNMET = Words(
    "{name} 应为 {wanted}，实为 {got}", "{name} should be {wanted}, and is {got}"
)
