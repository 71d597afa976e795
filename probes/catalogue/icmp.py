"""The device is there, how far away, and how much gets lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.answered import Answered, down, head, load, slow
from probes.catalogue.verdict import against
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

_LOSS = Limit(name="icmp_loss_percent", warning=30, critical=60, unit="percent")
_LOSING = Words(
    "{subject} 丢包 {measured}%，达到 {limit}%",
    "{subject} loses {measured}% of the echoes, limit {limit}%",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IcmpFacts(Answered):
    """How far away a device is. `method` is "icmp", or "tcp" where echo is forbidden.

    By "tcp" nothing is known of loss but that the device answered.
    """

    method: str | None
    rtt_ms: float | None
    loss_percent: float | None
    sent: int | None
    warn_ms: float | None


def read(section: Section) -> IcmpFacts:
    """Return the facts of one series of echoes."""
    answer = load(section)
    method = answer.text("method")
    if answer.text("error") is None and method not in {"icmp", "tcp"}:
        raise Unreadable(f"no known way of reaching it: {method!r}")
    return IcmpFacts(
        **head(section, answer),
        method=method,
        rtt_ms=answer.number("rtt_ms"),
        loss_percent=answer.number("loss_percent"),
        sent=answer.whole("sent"),
        warn_ms=answer.part("expected").number("warn_ms"),
    )


def judge(facts: IcmpFacts, here: Circumstances) -> Iterator[Finding]:
    """Yield what is wrong: down, else losing, else slow."""
    if facts.error is not None:
        yield from down("icmp", facts)
        return
    draft = Finding(
        probe="icmp",
        subject=facts.subject,
        severity=Severity.WARNING,
        message=_LOSING,
    )
    losing = list(
        against(facts.loss_percent or 0.0, _LOSS, here, draft, subject=facts.subject)
    )
    yield from losing or slow("icmp", facts, facts.rtt_ms or 0.0, facts.warn_ms)


def readings(facts: IcmpFacts) -> Iterator[Reading]:
    """Yield the round-trip time and the loss; the loss also when all was lost."""
    if facts.rtt_ms is not None:
        yield Reading("icmp_rtt_ms", facts.subject, facts.rtt_ms)
    if facts.method == "icmp" and facts.loss_percent is not None:
        yield Reading("icmp_loss_percent", facts.subject, facts.loss_percent)


PROBE = Probe(
    name="icmp",
    title=Words("连通性", "Reachability"),
    facts=IcmpFacts,
    read=read,
    judge=judge,
    readings=readings,
    limits=(_LOSS,),
)
PROBES = (PROBE,)
