"""A switch-over that config.yaml names: its words, run on its server, as they stand."""

from __future__ import annotations

import shlex

from opsdesk.flows.acting.answer import Answer, Order, Unfit, safe
from opsdesk.flows.acting.asking import TRANSCRIPT, send
from probes import script
from probes.finding import Words
from probes.probe import Probe
from probes.transcript import Outcome, Section, Transcript, pack

NAME = "switch"
_ENDED_THERE = 124
_SPARE = 5
"""Seconds before the limit at which the command is ended on the machine itself."""


def switch(order: Order) -> Answer:
    """Go one way. A line that broke after the words had left leaves it uncertain."""
    name, to = order.text("switch"), order.text("to")
    found = order.settings.switches.get(name)
    if found is None or to not in found.ways:
        raise Unfit("not-configured", _NONE.fill(name=safe(name), to=safe(to)))
    server = order.settings.server(found.server)
    if server is None:
        raise Unfit("not-configured", _NONE.fill(name=safe(name), to=safe(to)))
    seconds = max(1, int(order.limit.total_seconds()) - _SPARE)
    ask = f"bounded {seconds} {shlex.join(found.ways[to])}"
    question = Probe(name=NAME, title=_TITLE, facts=Section, ask=ask, read=_as_it_is)
    heard = send(server, [question], order.limit)
    return _answer(heard, name, to)


def _answer(heard: Transcript, name: str, to: str) -> Answer:
    section = _section(heard)
    status = None if section is None else section.status
    sent = heard.sent is not None
    if status == _ENDED_THERE:
        status = None  # it was ended half-way: nobody knows how far it came
    said = "" if section is None else (section.text or section.stderr.decode("latin-1"))
    words = _WENT if status is not None else (_UNSEEN if sent else _NOT_SENT)
    return Answer(
        done=status == 0,
        words=words.fill(
            name=safe(name),
            to=safe(to),
            status=status,
            detail=safe(said or heard.detail)[:200],
        ),
        figures={
            "outcome": _outcome(heard, status),
            "status": "" if status is None else str(status),
            "switched": "yes" if status == 0 else "no" if status or not sent else "",
            "to": to,
            "milliseconds": str(heard.took_ms),
        },
        raw=pack(heard),
        media_type=TRANSCRIPT,
        certain=status is not None or not sent,
    )


def _outcome(heard: Transcript, status: int | None) -> str:
    """Return "done" for a command that ended well, else what went wrong."""
    if status is None:
        return heard.outcome.value
    return "done" if status == 0 else "failed"


def _section(heard: Transcript) -> Section | None:
    if heard.outcome is not Outcome.ANSWERED and not heard.raw:
        return None
    sections = script.cut(heard.raw, heard.nonce).sections
    return next((one for one in sections if one.name == NAME), None)


def _as_it_is(section: Section) -> Section:
    return section


_TITLE = Words("切换", "Switch-over")
_NONE = Words(
    "没有执行：config.yaml 的 switches 里没有“{name}”到“{to}”的切换。请配置，或改为人工完成。",
    "Nothing was done: switches in config.yaml has no “{name}” to “{to}”. Configure it, "
    "or do the step by hand.",
)
_WENT = Words(
    "切换 {name} → {to} 已执行，返回 {status}：{detail}",
    "Switch {name} → {to} was run and returned {status}: {detail}",
)
_UNSEEN = Words(
    "切换 {name} → {to} 的命令已发出，没有看到结果（{detail}）。请到现场核实后填写结果。",
    "The switch {name} → {to} was sent off and its end was not seen ({detail}). Look "
    "what happened, then write it down.",
)
_NOT_SENT = Words(
    "切换 {name} → {to} 没有发出：{detail}",
    "The switch {name} → {to} was not sent: {detail}",
)
