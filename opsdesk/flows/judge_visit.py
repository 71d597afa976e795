"""From stored bytes to a verdict: the one way, for a round and for a replay."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from opsdesk.core.text import storable
from opsdesk.inspections.queries import past
from opsdesk.inspections.queries.review import acknowledged, in_maintenance
from opsdesk.inspections.verdict import (
    Heard,
    Verdict,
    storable_finding,
    storable_verdict,
)
from probes import catalogue, script
from probes.finding import STATES, Finding, Severity, State, Words, fingerprint
from probes.reply import Reply, ReplyStatus
from probes.server import Server
from probes.transcript import Outcome, Transcript

_SILENT = frozenset(
    {
        Outcome.UNREACHED,
        Outcome.REFUSED,
        Outcome.TIMED_OUT,
        Outcome.AUTH_FAILED,
        Outcome.KEY_CHANGED,
        Outcome.PARENT_DOWN,
    }
)
_KEY_CHANGED = Words(
    "主机密钥与登记的不一致（或尚未登记），未发送任何口令。请核实后用 opsdesk hosts trust 登记。",
    "The host key is not the pinned one (or none is pinned); no password was sent. "
    "Verify it, then pin it with opsdesk hosts trust.",
)
_KEY_UNKNOWN = Words(
    "主机密钥尚未登记，未发送任何内容。请核实后用 opsdesk hosts trust 登记。",
    "Its host key is not pinned yet; nothing was sent. Verify it, then pin it with "
    "opsdesk hosts trust.",
)
_AUTH_FAILED = Words(
    "登录被拒绝：账号或密钥不被接受。不会自动重试，以免锁定账号。",
    "Sign-in was refused: the account or key is not accepted. It is not retried, so "
    "that the account is not locked.",
)
_TRUNCATED = Words(
    "输出超过上限，已截断；上限之内的内容已保存。",
    "The output passed its limit and was cut; what came before the limit is kept.",
)
_WEAK = Words(
    "SSH 只接受弱算法 {what}，请升级或限期整改。",
    "SSH only takes the weak algorithm {what}; upgrade it, or set a date for it.",
)


_UNJUDGED = Words(
    "应答已保存，但服务台程序出错，未能判读。请把日志交给管理员，"
    "修复后用 opsdesk replay 重新判读。",
    "The answer is kept, but a mistake in the desk itself kept it from being judged. "
    "Give the log to the administrator; once it is mended, run opsdesk replay.",
)
_HOST_KEY = 100  # as wide as its column

log = structlog.get_logger(__name__)


def hear(transcript: Transcript, sha256: str) -> Heard:
    """Return the wire's side of a visit, without reading what the server said."""
    return Heard(
        server=transcript.server,
        began_at=transcript.began,
        took_ms=transcript.took_ms,
        detail=storable(transcript.detail),
        transcript_sha256=sha256,
        answer_sha256=_answer_sha256(transcript),
        host_key=storable(transcript.host_key)[:_HOST_KEY],
        attempts=transcript.attempts,
    )


def _answer_sha256(transcript: Transcript) -> str | None:
    """Hash what the sections said, without the markers' nonce and timings."""
    if not transcript.raw:
        return None
    digest = hashlib.sha256()
    for section in script.cut(transcript.raw, transcript.nonce).sections:
        digest.update(section.name.encode() + b"\0" + section.stdout)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known of one server before it is asked."""

    before: past.Before | None
    standing: Mapping[tuple[str, str], str]
    resting: bool  # in a maintenance window
    acknowledged: frozenset[str]  # fingerprints, of any server


def remember(
    session: Session, servers: Sequence[Server], *, at: datetime
) -> dict[str, Memory]:
    """Return what is known of each server, asked once for a whole round."""
    standing = _standing(session, servers, at=at)
    resting = in_maintenance(session, at=at)
    known = frozenset(acknowledged(session, at=at))
    return {
        server.name: Memory(
            before=_before(session, server.name, at=at),
            standing=standing.get(server.name, {}),
            resting=server.name in resting,
            acknowledged=known,
        )
        for server in servers
    }


def _standing(
    session: Session, servers: Sequence[Server], *, at: datetime
) -> Mapping[str, Mapping[tuple[str, str], str]]:
    if len(servers) == 1:
        name = servers[0].name
        return {name: past.standing(session, name, at=at)}
    return past.all_standing(session, at=at)


def _before(session: Session, server: str, *, at: datetime) -> past.Before | None:
    """Return the last answer; what was kept damaged costs nobody the round."""
    try:
        return past.last_answer(session, server, before=at)
    except (ValueError, LookupError, TypeError, zlib.error):
        log.exception("facts.unreadable", server=server)
        return None


def judge(
    session: Session,
    server: Server,
    transcript: Transcript,
    *,
    at: datetime,
    memory: Memory | None = None,
) -> Verdict:
    """Read and judge one transcript against what is known of the server so far.

    `memory` spares the questions where a round has asked them for all its servers.
    """
    if memory is None:
        memory = remember(session, [server], at=transcript.began)[server.name]
    known = _known(session, server, transcript, memory)
    replies, numbers, found = _judged(server, transcript, known, at=at)
    outcome = catalogue.outcome(transcript, replies)
    findings = tuple(map(storable_finding, (*found, *_of_the_wire(transcript))))
    cells = dict(catalogue.cells(replies, findings))
    subjects = [(finding.probe, finding.subject) for finding in findings]
    verdict = Verdict(
        outcome=outcome,
        state=_state(outcome, cells.values(), findings),
        rules=catalogue.rules_sha256(server),
        boot_id=catalogue.identity_of(replies),
        clock_offset_ms=catalogue.clock_offset_ms(transcript, replies),
        cells=cells,
        readings=numbers,
        facts=catalogue.dump(replies),
        findings=findings,
        answered=_answered(transcript, replies),
        muted=_muted(server.name, subjects, memory),
    )
    return storable_verdict(verdict)


def unjudged(why: Exception) -> Verdict:
    """Return the verdict of an answer that the desk itself could not cope with.

    It is partial and asks for an explanation; nothing is over because of it. The bytes
    are kept, and a replay judges them once the mistake is mended.
    """
    finding = _finding("judging", Severity.CRITICAL, _UNJUDGED)
    reason = storable(f"{type(why).__name__}: {why}")[:300]
    gaps = {"connection": {"status": "unreadable", "reason": reason}}
    return Verdict(
        outcome=Outcome.PARTIAL,
        state=State.ABNORMAL,
        rules="",  # judged by none
        boot_id=None,
        clock_offset_ms=None,
        cells={"connection": State.ABNORMAL},
        readings={},
        facts={"facts": {}, "gaps": gaps},
        findings=(finding,),
        answered=frozenset(),
        muted={},
    )


def _judged(
    server: Server, transcript: Transcript, known: catalogue.Past, *, at: datetime
) -> tuple[tuple[Reply, ...], dict[str, float], tuple[Finding, ...]]:
    """Read, measure and judge; a section whose judge stumbles becomes unreadable."""
    replies = catalogue.read(transcript, asked=transcript.asked)
    while True:
        try:
            numbers = catalogue.readings(replies)
            found = catalogue.judge(server, replies, known, at=at, sent=transcript.sent)
        except catalogue.Stumbled as stumble:
            log.exception("probe.stumbled", server=server.name, why=str(stumble))
            replies = _without(replies, stumble)
        else:
            return replies, numbers, found


def _without(
    replies: tuple[Reply, ...], stumble: catalogue.Stumbled
) -> tuple[Reply, ...]:
    gap = replace(
        stumble.reply,
        status=ReplyStatus.UNREADABLE,
        facts=None,
        reason=storable(str(stumble))[:300],
    )
    return tuple(gap if reply is stumble.reply else reply for reply in replies)


def _muted(
    server: str, subjects: Iterable[tuple[str, str]], memory: Memory
) -> dict[str, str]:
    """Return why each finding does not alarm: maintenance, acknowledged."""
    marks = [fingerprint(server, probe, subject) for probe, subject in subjects]
    if memory.resting:
        return dict.fromkeys(marks, "maintenance")
    return {mark: "acknowledged" for mark in marks if mark in memory.acknowledged}


def _known(
    session: Session, server: Server, transcript: Transcript, memory: Memory
) -> catalogue.Past:
    before = memory.before
    return catalogue.Past(
        facts=before.facts.get("facts", {}) if before else {},
        standing={key: Severity(value) for key, value in memory.standing.items()},
        boot_id=before.boot_id if before else None,
        since_previous=transcript.began - before.began_at if before else None,
        history=past.History(session, server.name, before=transcript.began),
    )


def _of_the_wire(transcript: Transcript) -> Iterable[Finding]:
    """Yield what the connection itself tells: keys, accounts, weak algorithms."""
    if transcript.outcome is Outcome.KEY_CHANGED:
        unknown = transcript.detail.startswith("unknown")
        words = _KEY_UNKNOWN if unknown else _KEY_CHANGED
        yield _finding("host_key", Severity.CRITICAL, words)
    if transcript.outcome is Outcome.AUTH_FAILED:
        yield _finding("sign_in", Severity.CRITICAL, _AUTH_FAILED)
    if transcript.outcome is Outcome.TRUNCATED:
        yield _finding("output", Severity.WARNING, _TRUNCATED)
    for note in transcript.notes:
        kind, _, what = note.partition(":")
        if kind == "weak-crypto":
            yield _finding(f"weak {what}", Severity.WARNING, _WEAK.fill(what=what))


def _finding(subject: str, severity: Severity, message: Words) -> Finding:
    return Finding(
        probe="connection", subject=subject, severity=severity, message=message
    )


def _answered(transcript: Transcript, replies: Iterable[Reply]) -> frozenset[str]:
    """Name the probes whose silence on a condition means that it is over."""
    read = {reply.probe for reply in replies if reply.status is ReplyStatus.READ}
    if transcript.outcome not in _SILENT:
        read.add("connection")
    return frozenset(read)


def _state(
    outcome: Outcome, cells: Iterable[State], findings: Iterable[Finding]
) -> State:
    if outcome in _SILENT:
        return State.UNREACHED
    severities = {finding.severity for finding in findings}
    worst = max(cells, key=STATES.index, default=State.UNKNOWN)
    if Severity.CRITICAL in severities:
        return State.ABNORMAL
    if Severity.WARNING in severities:
        return State.ATTENTION
    return State.UNKNOWN if outcome is not Outcome.ANSWERED else worst
