"""A port accepts connections, and says what is expected of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.answered import Answered, down, head, load, slow
from probes.catalogue.verdict import filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Probe, Reading
from probes.transcript import Section

_OTHER_BANNER = Words(
    "{subject} 的应答中没有“{wanted}”，收到的是“{heard}”",
    "{subject} does not say “{wanted}” but “{heard}”",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpFacts(Answered):
    """How one port answered. `banner` is None when none was asked for."""

    connect_ms: int | None
    banner: str | None
    expected_banner: str | None
    warn_ms: float | None


def read(section: Section) -> TcpFacts:
    """Return the facts of one connect."""
    answer = load(section)
    expected = answer.part("expected")
    return TcpFacts(
        **head(section, answer),
        connect_ms=answer.whole("connect_ms"),
        banner=answer.text("banner"),
        expected_banner=expected.text("banner"),
        warn_ms=expected.number("warn_ms"),
    )


def judge(facts: TcpFacts, _: Circumstances) -> Iterator[Finding]:
    """Yield what is wrong with the port: the worst thing alone."""
    if facts.error is not None:
        yield from down("tcp", facts)
    elif facts.expected_banner and facts.expected_banner not in (facts.banner or ""):
        yield Finding(
            probe="tcp",
            subject=facts.subject,
            severity=Severity.CRITICAL,
            message=filled(
                _OTHER_BANNER,
                subject=facts.subject,
                wanted=facts.expected_banner,
                heard=(facts.banner or "").strip(),
            ),
            measured=(facts.banner or "").strip(),
            limit=facts.expected_banner,
        )
    else:
        yield from slow("tcp", facts, facts.connect_ms or 0, facts.warn_ms)


def readings(facts: TcpFacts) -> Iterator[Reading]:
    """Yield the latency of the connect."""
    if facts.connect_ms is not None:
        yield Reading("tcp_connect_ms", facts.subject, facts.connect_ms)


PROBE = Probe(
    name="tcp",
    title=Words("TCP 端口", "TCP port"),
    facts=TcpFacts,
    read=read,
    judge=judge,
    readings=readings,
)
PROBES = (PROBE,)
