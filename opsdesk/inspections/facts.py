"""Careful reading of facts kept as JSON: what is not there is None, never zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from opsdesk.inspections.summary import ReplySummary, VisitSummary
from probes.reply import ReplyStatus


def facts_of(visit: VisitSummary | None, probe: str) -> Any:
    """Return the facts of a probe's first readable reply, or None."""
    return next((reply.facts for reply in replies_of(visit, probe)), None)


def replies_of(visit: VisitSummary | None, probe: str) -> Iterator[ReplySummary]:
    """Yield a probe's readable replies."""
    for reply in () if visit is None else visit.replies:
        if reply.probe == probe and reply.status is ReplyStatus.READ:
            yield reply


def answers_of(visit: VisitSummary | None, probe: str) -> Iterator[Mapping[str, Any]]:
    """Yield the facts of each answer of a check, however many are kept together."""
    for reply in replies_of(visit, probe):
        yield from _each(reply.facts)


def _each(facts: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(facts, Mapping):
        nested = [value for value in facts.values() if isinstance(value, Mapping)]
        if nested and len(nested) == len(facts):
            yield from nested
        else:
            yield facts
    elif isinstance(facts, list | tuple):
        for one in facts:
            yield from _each(one)


def status_of(visit: VisitSummary | None, probe: str) -> ReplyStatus | None:
    """Return what became of a question, None where it was not asked."""
    for reply in () if visit is None else visit.replies:
        if reply.probe == probe:
            return reply.status
    return None


def dig(facts: Any, *path: str) -> Any:
    """Return what lies under a path of keys, or None."""
    for key in path:
        if not isinstance(facts, Mapping):
            return None
        facts = facts.get(key)
    return facts


def number(facts: Any, *path: str) -> float | None:
    """Return the number under a path of keys, or None; a truth value is no number."""
    value = dig(facts, *path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def rows(facts: Any) -> list[Mapping[str, Any]]:
    """Return the mappings of a list of facts, in order."""
    if not isinstance(facts, list | tuple):
        return []
    return [row for row in facts if isinstance(row, Mapping)]
