"""What the readers of checks share: the JSON of an answer, and what "down" says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeVar

from probes.catalogue.text import cut
from probes.finding import Finding, Severity, Words
from probes.probe import Unreadable
from probes.transcript import Section

DOWN = {
    "timeout": Words("在规定时间内没有应答", "did not answer in time"),
    "refused": Words("拒绝连接", "refuses connections"),
    "unreachable": Words("网络不可达", "cannot be reached"),
    "dns": Words("名称无法解析为地址", "has a name without an address"),
    "tls": Words("TLS 握手或证书校验失败", "fails the TLS handshake or verification"),
    "auth": Words(
        "不接受所用的账号，未能查看", "does not accept our account: not looked into"
    ),
    "protocol": Words("未给出正常应答", "gave no proper answer"),
    "secret": Words(
        "未能检查：取不到所用的密钥", "was not checked: our secret cannot be fetched"
    ),
    "missing": Words(
        "未能检查：巡检机缺少所需的组件或文件",
        "was not checked: this desk lacks a component or a file",
    ),
}
_NOT_DOWN = frozenset({"auth", "secret", "missing"})
_SAYS = Words("{subject} {what}{why}", "{subject} {what}{why}")
_SLOW = Words(
    "{subject} 应答用时 {took} 毫秒，超过 {warn} 毫秒",
    "{subject} took {took} ms to answer, over {warn} ms",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The head of every check's facts. `error` is None when the device answered."""

    subject: str
    error: str | None
    reason: str  # technical, one line; "" when there is nothing to say
    took_ms: int


_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object whose fields are what they should be, or Unreadable."""

    fields: dict[str, Any]

    def text(self, key: str) -> str | None:
        return self._of(key, str)

    def flag(self, key: str) -> bool | None:
        return self._of(key, bool)

    def whole(self, key: str) -> int | None:
        value = self._of(key, int)
        if isinstance(value, bool):
            raise Unreadable(f"{key} is not a whole number: {value}")
        return value

    def number(self, key: str) -> float | None:
        value = self.fields.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unreadable(f"{key} is not a number: {value!r}")
        if not isfinite(value):
            raise Unreadable(f"{key} is not a number: {value!r}")
        return float(value)

    def part(self, key: str) -> Answer:
        return Answer(self._of(key, dict) or {})

    def parts(self, key: str) -> tuple[Answer, ...]:
        items = self.items(key)
        if not all(isinstance(item, dict) for item in items):
            raise Unreadable(f"{key} is not a list of objects")
        return tuple(Answer(item) for item in items)

    def items(self, key: str) -> list[Any]:
        return self._of(key, list) or []

    def _of(self, key: str, kind: type[_Kind]) -> _Kind | None:
        value = self.fields.get(key)
        if value is not None and not isinstance(value, kind):
            raise Unreadable(f"{key} is not {kind.__name__}: {value!r}")
        return value


def load(section: Section) -> Answer:
    """Return the JSON object of a check's section. Raises Unreadable."""
    try:
        found = json.loads(section.stdout.decode("utf-8"))
    except ValueError as error:
        raise Unreadable(f"not the JSON of a check: {error}") from error
    if not isinstance(found, dict) or not {"error", "took_ms"} <= found.keys():
        raise Unreadable("not the JSON of a check: no error or took_ms in it")
    answer = Answer(found)
    if answer.text("error") not in {None, *DOWN}:
        raise Unreadable(f"an error of no known kind: {found['error']!r}")
    return answer


def head(section: Section, answer: Answer) -> dict[str, Any]:
    """Return the fields of `Answered`, for the facts of one check."""
    return {
        "subject": section.subject,
        "error": answer.text("error"),
        "reason": answer.text("reason") or "",
        "took_ms": answer.whole("took_ms") or 0,
    }


def down(probe: str, facts: Answered) -> Iterator[Finding]:
    """Yield the finding of a device that did not answer, or did not let us look."""
    if facts.error is None:
        return
    grade = Severity.WARNING if facts.error in _NOT_DOWN else Severity.CRITICAL
    what, why = DOWN[facts.error], cut(facts.reason)
    yield Finding(
        probe=probe,
        subject=facts.subject,
        severity=grade,
        message=Words(
            _SAYS.zh.format(
                subject=facts.subject, what=what.zh, why=f"（{why}）" if why else ""
            ),
            _SAYS.en.format(
                subject=facts.subject, what=what.en, why=f" ({why})" if why else ""
            ),
        ),
        measured=facts.error,
    )


def slow(
    probe: str, facts: Answered, took: float, warn: float | None
) -> Iterator[Finding]:
    """Yield the finding of an answer slower than its check allows."""
    if warn is None or took <= warn:
        return
    yield Finding(
        probe=probe,
        subject=facts.subject,
        severity=Severity.WARNING,
        message=_SLOW.fill(subject=facts.subject, took=f"{took:g}", warn=f"{warn:g}"),
        measured=took,
        limit=warn,
        unit="ms",
    )
