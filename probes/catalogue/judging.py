"""From replies to findings, states of sections, and what is known from before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from probes.catalogue.limits import limits_for
from probes.catalogue.listing import by_name
from probes.catalogue.reading import identity_of, load_facts
from probes.catalogue.stumbles import STUMBLES, Stumbled
from probes.finding import STATES, Finding, Severity, State, Words
from probes.probe import Circumstances, Probe, Sample
from probes.reply import GAPS, Reply, ReplyStatus
from probes.server import Server

_SECTION = {
    ReplyStatus.TIMED_OUT: Words(
        "{title}：在规定时间内没有答完", "{title}: not answered in time"
    ),
    ReplyStatus.UNREADABLE: Words(
        "{title}：应答无法识别，原文已保存",
        "{title}: cannot be read; the bytes are kept",
    ),
    ReplyStatus.MISSING: Words("{title}：没有回答", "{title}: no answer came"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a server from before.

    `facts`: the last answer's, as `dump` wrote it. `standing`: severity by probe and
    subject. `boot_id` and `since_previous` belong to that answer.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    standing: Mapping[tuple[str, str], Severity] = field(default_factory=dict)
    boot_id: str | None = None
    since_previous: timedelta | None = None
    history: Callable[[str, str], Sequence[Sample]] = lambda _name, _label: ()


def judge(
    server: Server,
    replies: Sequence[Reply],
    past: Past,
    *,
    at: datetime,
    sent: datetime | None = None,
) -> tuple[Finding, ...]:
    """Return every finding of one visit; `(probe, subject)` is unique.

    Raises Stumbled where a judge has a mistake in it.
    """
    boot_id = identity_of(replies)
    same_boot = boot_id is not None and boot_id == past.boot_id
    found: dict[tuple[str, str], Finding] = {}
    for reply in replies:
        probe = by_name(reply.probe)
        if probe is None:
            continue
        if reply.status is not ReplyStatus.READ:
            findings: Iterable[Finding] = _of_gap(probe, reply)
        else:
            here = Circumstances(
                server=server,
                at=at,
                sent=sent,
                limits=limits_for(probe, server),
                previous=_previous(probe, reply, past),
                standing=_standing(probe, past),
                since_previous=past.since_previous,
                same_boot=same_boot,
                history=past.history,
            )
            findings = _judged(probe, reply, here)
        for finding in findings:
            _keep(found, finding)
    return tuple(found.values())


def _judged(probe: Probe, reply: Reply, here: Circumstances) -> list[Finding]:
    try:
        return list(probe.judge(reply.facts, here))
    except STUMBLES as why:
        raise Stumbled(reply, why) from why


def _keep(found: dict[tuple[str, str], Finding], finding: Finding) -> None:
    """Keep the worse of two findings of one subject."""
    key = finding.probe, finding.subject
    if key not in found or finding.severity is Severity.CRITICAL:
        found[key] = finding


def _previous(probe: Probe, reply: Reply, past: Past) -> Any:
    stored = past.facts.get(probe.name)
    if reply.subject and isinstance(stored, Mapping):
        stored = stored.get(reply.subject)
    return load_facts(probe.name, stored)


def _standing(probe: Probe, past: Past) -> dict[str, Severity]:
    return {
        subject: severity
        for (name, subject), severity in past.standing.items()
        if name == probe.name
    }


def _of_gap(probe: Probe, reply: Reply) -> Iterator[Finding]:
    words = _SECTION.get(reply.status)
    if words is None:
        return
    yield Finding(
        probe=probe.name,
        subject=reply.subject,
        severity=Severity.WARNING,
        message=Words(
            words.zh.format(title=probe.title.zh), words.en.format(title=probe.title.en)
        ),
    )


def cells(replies: Iterable[Reply], findings: Iterable[Finding]) -> dict[str, State]:
    """Return the state of every probe that was asked."""
    states: dict[str, State] = {}
    for reply in replies:
        state = State.UNKNOWN if reply.status in GAPS else State.NORMAL
        if reply.status is ReplyStatus.DENIED:
            state = State.UNKNOWN
        states[reply.probe] = max(
            states.get(reply.probe, State.NORMAL), state, key=STATES.index
        )
    for finding in findings:
        state = (
            State.ABNORMAL if finding.severity is Severity.CRITICAL else State.ATTENTION
        )
        before = states.get(finding.probe, State.NORMAL)
        if before is not State.UNKNOWN or finding.severity is Severity.CRITICAL:
            states[finding.probe] = max(before, state, key=STATES.index)
    return states
