"""A page answers with the right status, the right words, soon enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.answered import Answer, Answered, down, head, load, slow
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Probe, Reading, Unreadable
from probes.transcript import Section

_OTHER_STATUS = Words(
    "{subject} 返回状态码 {status}，应为 {expected}{detour}",
    "{subject} answers with status {status} instead of {expected}{detour}",
)
_OTHER_WORDS = Words(
    "{subject} 的页面中没有“{wanted}”", "{subject} does not contain “{wanted}”"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpFacts(Answered):
    """How one page answered. `redirects` are the addresses passed through before it."""

    status: int | None
    expected_status: int
    contains: str | None
    contains_found: bool | None
    connect_ms: int | None
    first_byte_ms: int | None
    body_bytes: int | None
    redirects: tuple[str, ...]
    location: str | None
    warn_ms: float | None
    verified: bool


def read(section: Section) -> HttpFacts:
    """Return the facts of one page."""
    answer = load(section)
    expected = answer.part("expected")
    status, wanted = answer.whole("status"), expected.whole("status")
    if wanted is None or (status is None and answer.text("error") is None):
        raise Unreadable("a page without its status")
    return HttpFacts(
        **head(section, answer),
        status=status,
        expected_status=wanted,
        contains=expected.text("contains"),
        contains_found=answer.flag("contains_found"),
        connect_ms=answer.whole("connect_ms"),
        first_byte_ms=answer.whole("first_byte_ms"),
        body_bytes=answer.whole("body_bytes"),
        redirects=tuple(each.text("url") or "" for each in answer.parts("redirects")),
        location=_location(answer),
        warn_ms=expected.number("warn_ms"),
        verified=bool(expected.flag("verify")),
    )


def _location(answer: Answer) -> str | None:
    for pair in answer.items("headers"):
        match pair:
            case [str(name), str(value)]:
                if name.lower() == "location":
                    return value
            case _:
                raise Unreadable(f"not a header: {pair!r}")
    return None


def judge(facts: HttpFacts, _: Circumstances) -> Iterator[Finding]:
    """Yield what is wrong with the page: the worst thing alone."""
    if facts.error is not None:
        yield from down("http", facts)
    elif facts.status != facts.expected_status:
        yield _other_status(facts)
    elif facts.contains is not None and not facts.contains_found:
        yield Finding(
            probe="http",
            subject=facts.subject,
            severity=Severity.CRITICAL,
            message=_OTHER_WORDS.fill(subject=facts.subject, wanted=facts.contains),
            limit=facts.contains,
        )
    else:
        yield from slow("http", facts, facts.took_ms, facts.warn_ms)


def _other_status(facts: HttpFacts) -> Finding:
    detour = f" → {facts.location}" if facts.location else ""
    return Finding(
        probe="http",
        subject=facts.subject,
        severity=Severity.CRITICAL,
        message=_OTHER_STATUS.fill(
            subject=facts.subject,
            status=facts.status,
            expected=facts.expected_status,
            detour=detour,
        ),
        measured=facts.status,
        limit=facts.expected_status,
    )


def readings(facts: HttpFacts) -> Iterator[Reading]:
    """Yield how long the whole answer took."""
    if facts.error is None:
        yield Reading("http_ms", facts.subject, facts.took_ms)


PROBE = Probe(
    name="http",
    title=Words("网页", "Web page"),
    facts=HttpFacts,
    read=read,
    judge=judge,
    readings=readings,
)
PROBES = (PROBE,)
