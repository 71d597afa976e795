"""From a transcript to replies: every section is read, or says why it was not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from probes.catalogue.listing import PROBES, by_name
from probes.catalogue.stumbles import STUMBLES, Stumbled
from probes.cutting import cut
from probes.probe import Absent, Denied, Probe, Unreadable
from probes.reply import GAPS, Reply, ReplyStatus
from probes.server import Server
from probes.transcript import Outcome, Section, Transcript

_STATUSES = {
    69: ReplyStatus.ABSENT,
    77: ReplyStatus.DENIED,
    124: ReplyStatus.TIMED_OUT,
}


_WHY: Mapping[type[Exception], ReplyStatus] = {
    Absent: ReplyStatus.ABSENT,
    Denied: ReplyStatus.DENIED,
    Unreadable: ReplyStatus.UNREADABLE,
}


def read(
    transcript: Transcript, asked: Sequence[str] | None = None
) -> tuple[Reply, ...]:
    """Return one reply per section, and MISSING for what was asked and never came.

    `asked` defaults to what the transcript remembers. Nothing is raised: a line that
    cannot be placed makes its section UNREADABLE.
    """
    wanted = transcript.asked if asked is None else asked
    sections = cut(transcript.raw, transcript.nonce).sections if transcript.raw else ()
    known = [s for s in sections if by_name(s.name) is not None]
    replies = [_reply(section) for section in (*known, *transcript.answers)]
    if transcript.outcome in _SPOKE or sections:
        came = {section.name for section in known}
        replies += [_missing(name) for name in wanted if name not in came]
    order = {probe.name: index for index, probe in enumerate(PROBES)}
    return tuple(sorted(replies, key=lambda r: order.get(r.probe, len(order))))


_SPOKE = frozenset({Outcome.ANSWERED, Outcome.PARTIAL, Outcome.TRUNCATED})


def _missing(name: str) -> Reply:
    return Reply(probe=name, status=ReplyStatus.MISSING, reason="no such section came")


def _reply(section: Section) -> Reply:
    probe = by_name(section.name)
    if probe is None:
        return _gap(section, ReplyStatus.UNREADABLE, "no probe of this name")
    is_check = probe.ask is None
    if not is_check and section.status is None:
        return _gap(section, ReplyStatus.TIMED_OUT, "the answer broke off")
    if not is_check and section.status in _STATUSES:
        return _of_status(probe, section, _STATUSES[section.status])
    return _read(probe, section)


def _of_status(probe: Probe, section: Section, status: ReplyStatus) -> Reply:
    """Return the gap that the status names, unless what came says what hung."""
    if status is ReplyStatus.TIMED_OUT and probe.name == "filesystems":
        reply = _read(probe, section)
        if reply.status is ReplyStatus.READ:
            return reply
    return _gap(section, status, _said(section))


def _read(probe: Probe, section: Section) -> Reply:
    try:
        facts = probe.read(section)
    except (Absent, Denied, Unreadable) as reason:
        return _gap(section, _WHY[type(reason)], str(reason))
    except STUMBLES as bug:
        # A reader that stumbles must not cost the other sections: the bytes are kept,
        # the section says so, and a replay reads it once the reader is mended.
        return _gap(section, ReplyStatus.UNREADABLE, f"{type(bug).__name__}: {bug}")
    return Reply(
        probe=section.name,
        subject=section.subject,
        status=ReplyStatus.READ,
        facts=facts,
        took_ms=section.took_ms,
    )


def _gap(section: Section, status: ReplyStatus, reason: str) -> Reply:
    return Reply(
        probe=section.name,
        subject=section.subject,
        status=status,
        reason=reason[:300],
        took_ms=section.took_ms,
    )


def _said(section: Section) -> str:
    lines = section.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def outcome(transcript: Transcript, replies: Iterable[Reply]) -> Outcome:
    """Return how the visit ended: an answer with gaps is partial."""
    if transcript.outcome is not Outcome.ANSWERED:
        return transcript.outcome
    if any(reply.status in GAPS for reply in replies):
        return Outcome.PARTIAL
    if transcript.raw and not cut(transcript.raw, transcript.nonce).complete:
        return Outcome.PARTIAL
    return Outcome.ANSWERED


def dump(replies: Iterable[Reply]) -> dict[str, Any]:
    """Return replies as JSON-able data: facts by probe, and gaps with their reasons.

    A check's facts stand under their subject: one server may have several.
    """
    facts: dict[str, Any] = {}
    gaps: dict[str, Any] = {}
    for reply in replies:
        name = f"{reply.probe} {reply.subject}".strip()
        if reply.status is not ReplyStatus.READ:
            gaps[name] = {"status": reply.status.value, "reason": reply.reason}
        elif reply.subject:
            facts.setdefault(reply.probe, {})[reply.subject] = plain(reply.facts)
        else:
            facts[reply.probe] = plain(reply.facts)
    return {"facts": facts, "gaps": gaps}


_SCALARS = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """Return frozen facts as dicts, lists and scalars."""
    if type(value) in _SCALARS or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, tuple | list | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    return json.loads(json.dumps(value, default=str))


@lru_cache(maxsize=256)
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@lru_cache(maxsize=128)
def _adapter(name: str) -> TypeAdapter[Any] | None:
    probe = by_name(name)
    return None if probe is None else TypeAdapter(probe.facts)


def load_facts(name: str, stored: Any) -> Any:
    """Return typed facts from what `dump` made, None where they no longer fit."""
    adapter = _adapter(name)
    if adapter is None or stored is None:
        return None
    try:
        return adapter.validate_python(stored)
    except ValueError:
        return None


def identity_of(replies: Iterable[Reply]) -> str | None:
    """Return the boot id the machine told, None where it did not."""
    facts = _facts(replies, "identity")
    return None if facts is None else facts.boot_id or None


def clock_offset_ms(transcript: Transcript, replies: Iterable[Reply]) -> int | None:
    """Return how far the machine's clock is ahead of the console's, None if unknown.

    The script was under way for about half of what a round trip takes; on top of that
    the answer is as coarse as the machine's `date`.
    """
    facts = _facts(replies, "clock")
    if facts is None or transcript.sent is None:
        return None
    return int(facts.epoch_ms - transcript.sent.timestamp() * 1000)


def _facts(replies: Iterable[Reply], name: str) -> Any:
    return next((r.facts for r in replies if r.probe == name and r.facts), None)


def readings(replies: Iterable[Reply]) -> dict[str, float]:
    """Return every number worth a trend, by `name{label}`. Raises Stumbled."""
    return dict(_readings(replies))


def _readings(replies: Iterable[Reply]) -> Iterator[tuple[str, float]]:
    for reply in replies:
        probe = by_name(reply.probe)
        if probe is None or reply.status is not ReplyStatus.READ:
            continue
        try:
            found = list(probe.readings(reply.facts))
        except STUMBLES as why:
            raise Stumbled(reply, why) from why
        for name, label, value in found:
            yield f"{name}{{{label}}}", value


def questions(server: Server, *, weekly: bool) -> tuple[Probe, ...]:
    """Return what this server's script asks; the week's questions only if `weekly`."""
    return tuple(
        probe
        for probe in PROBES
        if probe.ask is not None
        and (weekly or probe.cadence.value != "weekly")
        and _concerns(probe.name, server)
    )


def _concerns(name: str, server: Server) -> bool:
    """Say whether a question that needs an expectation has one."""
    needed = {
        "paths": server.expect.paths,
        "certificates": server.expect.certificates,
        "backups": server.expect.backups,
    }
    return bool(needed.get(name, True))
