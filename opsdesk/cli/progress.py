"""A round on a terminal: one line per server in flight, then a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from opsdesk.cli.session import console
from opsdesk.core.language import say
from opsdesk.core.text import one_line
from opsdesk.inspections.queries.rounds import RoundView, VisitView
from probes.finding import State

if TYPE_CHECKING:
    from rich.live import Live

    from probes.rounds import Step

STAGES = {
    "connect": ("连接", "connecting"),
    "key": ("核对主机密钥", "checking its key"),
    "auth": ("登录", "signing in"),
    "script": ("询问", "asking"),
    "checks": ("拨测", "checking"),
}
STATES = {
    State.NORMAL: ("✓ 正常", "✓ normal", "green"),
    State.ATTENTION: ("▲ 关注", "▲ attention", "yellow"),
    State.ABNORMAL: ("✗ 异常", "✗ abnormal", "red"),
    State.UNREACHED: ("⊘ 未连通", "⊘ not reached", "magenta"),
    State.UNKNOWN: ("? 未检", "? unknown", "cyan"),
}
_WIDEST = 3
"""Findings shown in a server's row; the rest is counted."""


class Progress:
    """Which servers are in flight, and at what."""

    def __init__(self, total: int, language: str, screen: Live) -> None:
        self._total = total
        self._language = language
        self._screen = screen
        self._flying: dict[str, str] = {}
        self._done = 0
        self._lock = Lock()

    def note(self, step: Step) -> None:
        """Take one step of one server; called from the round's threads."""
        with self._lock:
            if step.stage == "done":
                self._flying.pop(step.server, None)
                self._done += 1
            else:
                self._flying[step.server] = step.stage
            self._screen.update(self._text())

    def _text(self) -> str:
        head = say("已完成", "done", self._language)
        lines = [f"{head} {self._done}/{self._total}"]
        for server, stage in sorted(self._flying.items()):
            zh, en = STAGES.get(stage, (stage, stage))
            lines.append(f"  {one_line(server)}  {say(zh, en, self._language)}…")
        return "\n".join(lines)


@contextmanager
def live(total: int, language: str) -> Iterator[Progress]:
    """Show progress on standard error until the round has ended."""
    from rich.live import Live  # noqa: PLC0415 - only where there is a terminal

    with Live(
        "", console=console(stderr=True), transient=True, refresh_per_second=8
    ) as screen:
        yield Progress(total, language, screen)


def table(view: RoundView, language: str) -> None:
    """Print the summary: a row a server, then one sentence."""
    from rich.table import Table  # noqa: PLC0415 - not loaded for --json alone
    from rich.text import Text  # noqa: PLC0415

    grid = Table(title=f"{view.number}", title_justify="left", expand=False)
    for zh, en in (("服务器", "server"), ("结论", "state"), ("用时", "took")):
        grid.add_column(say(zh, en, language), no_wrap=True)
    grid.add_column(say("发现", "findings", language), overflow="fold")
    for visit in view.visits:
        zh, en, colour = STATES[State(visit.state or State.UNKNOWN)]
        grid.add_row(
            Text(one_line(visit.server)),
            Text(say(zh, en, language), style=colour),
            Text(f"{visit.took_ms} ms" if visit.took_ms is not None else ""),
            Text(_findings(visit, language)),
        )
    console().print(grid)
    console().print(Text(sentence(view, language)))


def _findings(visit: VisitView, language: str) -> str:
    lines = [
        one_line(say(finding.message_zh, finding.message_en, language))
        for finding in visit.findings[:_WIDEST]
    ]
    more = len(visit.findings) - _WIDEST
    if more > 0:
        lines.append(say(f"另有 {more} 项", f"and {more} more", language))
    if visit.outcome not in {"answered", "partial"}:
        lines.insert(0, one_line(f"{visit.outcome}: {visit.detail}"))
    return "\n".join(lines)


def sentence(view: RoundView, language: str) -> str:
    """Return the round in one sentence."""
    count = view.counts.get
    parts = [
        say(
            f"{count(state.value, 0)} 台{zh}", f"{count(state.value, 0)} {en}", language
        )
        for state, zh, en in (
            (State.NORMAL, "正常", "normal"),
            (State.ATTENTION, "需关注", "to watch"),
            (State.ABNORMAL, "异常", "abnormal"),
            (State.UNREACHED, "未连通", "not reached"),
            (State.UNKNOWN, "未检", "unknown"),
        )
        if count(state.value, 0)
    ]
    total = len(view.visits)
    return say(
        f"巡检 {view.number}：共 {total} 台，{'，'.join(parts)}，用时 {view.took_ms} 毫秒。",
        f"Round {view.number}: {total} servers, {', '.join(parts)}, in {view.took_ms} ms.",
        language,
    )
